# What is made from the floors: programs, suites of tests, benchmarks. Each of these does nothing
# while its folder has no files.

# daemon(NAME MAIN): all floors, and the one main below src/.
function(daemon name main)
  if(NOT EXISTS ${CMAKE_SOURCE_DIR}/${main})
    return()
  endif()
  add_executable(${name} ${main})
  target_link_libraries(${name} PRIVATE ${LOWER_FLOORS})
  target_compile_definitions(${name} PRIVATE STARLING_VERSION="${PROJECT_VERSION}")
  if(STARLING_JEMALLOC)
    target_link_libraries(${name} PRIVATE PkgConfig::jemalloc)
  endif()
endfunction()

# client(NAME FOLDER LIBRARY...): a program outside the house, with rooms of its own, around
# FOLDER/<name>_main.cc; its unit tests are in tests/unit/<name>_cli.
function(client name folder)
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
  file(GLOB tests CONFIGURE_DEPENDS tests/unit/${name}_cli/*_test.cc)
  if(NOT sources)
    return()
  endif()
  list(FILTER sources EXCLUDE REGEX "_main\\.cc$")
  add_library(${name}_cli STATIC ${sources})
  target_include_directories(${name}_cli PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name}_cli PUBLIC ${ARGN} Threads::Threads)
  target_compile_definitions(${name}_cli PUBLIC STARLING_VERSION="${PROJECT_VERSION}")
  add_executable(${name} ${folder}/${name}_main.cc)
  target_link_libraries(${name} PRIVATE ${name}_cli)
  if(tests)
    add_executable(${name}_cli_test ${tests} tests/unit/main.cc)
    target_link_libraries(${name}_cli_test PRIVATE ${name}_cli)
    add_test(NAME unit.${name}_cli COMMAND ${name}_cli_test)
    set_tests_properties(unit.${name}_cli PROPERTIES LABELS unit)
    add_dependencies(unit_tests ${name}_cli_test)
  endif()
endfunction()

# simulator(NAME FOLDER): the world as a library, for its tests and for the program around
# FOLDER/sim_main.cc.
function(simulator name folder)
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
  list(FILTER sources EXCLUDE REGEX "_(test|main)\\.cc$")
  if(NOT sources)
    add_library(starling_world INTERFACE)
    target_link_libraries(starling_world INTERFACE ${LOWER_FLOORS} starling_testing)
  else()
    add_library(starling_world STATIC ${sources})
    target_link_libraries(starling_world PUBLIC ${LOWER_FLOORS} starling_testing)
  endif()
  if(EXISTS ${CMAKE_SOURCE_DIR}/${folder}/sim_main.cc)
    add_executable(${name} ${folder}/sim_main.cc)
    target_link_libraries(${name} PRIVATE starling_world)
    # One seed through the program itself: what a failing test prints must be a line that works.
    add_test(NAME sim.replay COMMAND ${name} --seed 1 --nodes 3)
    set_tests_properties(sim.replay PROPERTIES LABELS sim TIMEOUT 300)
  endif()
endfunction()

# suite(NAME): one binary for tests/NAME, one ctest for each file in it, so that they run side by
# side and a failure names its file.
function(suite name)
  file(GLOB tests CONFIGURE_DEPENDS tests/${name}/*_test.cc tests/${name}/*/*_test.cc)
  if(NOT tests)
    return()
  endif()
  add_executable(starling_${name}_test ${tests} tests/unit/main.cc)
  target_link_libraries(starling_${name}_test PRIVATE starling_world starling_schema)
  target_compile_definitions(starling_${name}_test PRIVATE
    STARLING_TESTS_DIR="${CMAKE_SOURCE_DIR}/tests")
  add_custom_target(${name}_tests DEPENDS starling_${name}_test)
  foreach(test IN LISTS tests)
    get_filename_component(file ${test} NAME)
    string(REPLACE "_test.cc" "" short ${file})
    add_test(NAME ${name}.${short} COMMAND starling_${name}_test --source-file=*/${file})
    set_tests_properties(${name}.${short} PROPERTIES LABELS ${name} TIMEOUT 900)
  endforeach()
endfunction()

# real_processes(FOLDER): tests that start daemons on fixed addresses, hence one at a time.
function(real_processes folder)
  file(GLOB tests CONFIGURE_DEPENDS ${folder}/test_*.py)
  foreach(test IN LISTS tests)
    get_filename_component(short ${test} NAME_WE)
    string(REGEX REPLACE "^test_" "" short ${short})
    add_test(NAME e2e.${short} COMMAND python3 ${test})
    set_tests_properties(e2e.${short} PROPERTIES
      LABELS e2e RUN_SERIAL ON TIMEOUT 600
      ENVIRONMENT "STARLING_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY};PYTHONPATH=${CMAKE_SOURCE_DIR}/tools/harness;PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endfunction()

# house_rules(SCRIPT): the house's own rules, and that each of them can fail.
function(house_rules script)
  add_test(NAME tidy.rules COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/tidy/tidy.py)
  add_test(NAME tidy.selftest COMMAND python3 ${CMAKE_SOURCE_DIR}/${script})
  set_tests_properties(tidy.rules tidy.selftest PROPERTIES LABELS "tidy;unit")
endfunction()

# benchmarks(FOLDER): FOLDER/<name>_bench.cc becomes starling_bench_<name>.
function(benchmarks folder)
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
  foreach(source IN LISTS sources)
    get_filename_component(short ${source} NAME_WE)
    string(REGEX REPLACE "_bench$" "" short ${short})
    add_executable(starling_bench_${short} ${source})
    target_link_libraries(starling_bench_${short} PRIVATE starling_world)
  endforeach()
endfunction()
