# The language, the warnings, the foreign libraries.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)
# Our assertions stay on in every build: nothing of ours asks for NDEBUG. Line tables are enough
# for a backtrace and cost a third of full debug information.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g1")

option(STARLING_JEMALLOC "Link the daemon with jemalloc; off for sanitizers" ON)
set(STARLING_SANITIZE "" CACHE STRING "Sanitizers, comma separated")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# g++ 14 at -O2 sees uninitialised members in every variant of variants that is moved (GCC bugs
# 80635 and kin); the sanitizer build finds the real ones.
add_compile_options(-Wall -Wextra -Wconversion -Wshadow -Werror -Wno-maybe-uninitialized
                    -fno-omit-frame-pointer)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
if(STARLING_SANITIZE)
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
  add_compile_options(-fsanitize=${STARLING_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${STARLING_SANITIZE})
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(toml11 REQUIRED)
find_package(CLI11 REQUIRED)
foreach(pair xxhash:libxxhash capnp:capnp rocksdb:rocksdb libuv:libuv openssl:openssl hiredis:hiredis
             libmicrohttpd:libmicrohttpd nlohmann_json:nlohmann_json prometheus:prometheus-cpp-core
             spdlog:spdlog systemd:libsystemd jemalloc:jemalloc)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 name)
  list(GET pair 1 package)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${package})
endforeach()
find_library(RAPIDCHECK rapidcheck REQUIRED)

# What every test binary may use.
add_library(starling_testing INTERFACE)
target_include_directories(starling_testing INTERFACE src tests)
target_link_libraries(starling_testing INTERFACE ${RAPIDCHECK} Threads::Threads)

# The protocol's specification, compiled. Not our code: no warnings of ours.
file(GLOB schemas CONFIGURE_DEPENDS schema/*.capnp)
set(generated ${CMAKE_BINARY_DIR}/generated)
if(schemas)
  foreach(schema IN LISTS schemas)
    get_filename_component(name ${schema} NAME)
    set(output ${generated}/schema/${name})
    add_custom_command(
      OUTPUT ${output}.c++ ${output}.h
      COMMAND ${CMAKE_COMMAND} -E make_directory ${generated}
      COMMAND capnp compile -oc++:${generated} --src-prefix=${CMAKE_SOURCE_DIR} ${schema}
      DEPENDS ${schemas}
      COMMENT "Compiling schema/${name}")
    list(APPEND compiled ${output}.c++ ${output}.h)
  endforeach()
  add_library(starling_schema STATIC ${compiled})
  target_compile_options(starling_schema PRIVATE -w)
  target_link_libraries(starling_schema PUBLIC PkgConfig::capnp)
else()
  add_library(starling_schema INTERFACE)
endif()
target_include_directories(starling_schema SYSTEM INTERFACE ${generated})
if(schemas)
  target_include_directories(starling_schema PRIVATE ${generated})
endif()
