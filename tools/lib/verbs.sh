# What tools/dev does once it is where it runs.

verb_help() {
  cat <<'TEXT'
tools/dev VERB [ARGUMENTS]
  up                        build, start five nodes, show how they converge; leave them running
  down                      remove all that up made, data included
  test                      everything that must pass (at most 25 minutes)
  test unit                 the fast part
  build [TARGET...]         build the release preset, or some targets of it
  shell [-- COMMAND...]     a shell, or a command, with starlingd and starling built and on PATH
  run -- COMMAND...         the same without building anything first
  sim --seed N [--nodes N]  replay one simulation
  bench [NAME...]           build and run the benchmarks
  tidy                      floors, rooms, formatting, and where to look
  format                    format all sources
  clean [--all]             remove build products (--all: toolchain and caches too)
  help                      this
Builds happen in build/, which git ignores.
TEXT
}

verb_run() {
  [ "${1:-}" != -- ] || shift
  [ $# -gt 0 ] || give_up "run needs a command: tools/dev run -- COMMAND..."
  PATH=$top/build/release/bin:$PATH exec "$@"
}

# locked PRESET COMMAND...: two builds in one folder would trip over each other.
locked() {
  lock=$top/build/run/build-$1.lock
  shift
  flock --nonblock "$lock" true || say "waiting for another build to end"
  flock "$lock" "$@"
}

configure() { # configure PRESET
  [ -f "$top/build/$1/build.ninja" ] ||
    (cd "$top" && slowly "configuring $1" "$top/build/log/configure-$1.log" \
      locked "$1" cmake --preset "$1")
}

verb_build() {
  configure release
  [ $# -gt 0 ] || set -- all
  (cd "$top" && locked release cmake --build --preset release --target "$@")
}

verb_shell() {
  configure release
  (cd "$top" && slowly "building" "$top/build/log/build.log" \
    locked release cmake --build --preset release --target starlingd starling)
  [ "${1:-}" != -- ] || shift
  [ $# -gt 0 ] || set -- bash
  verb_run "$@"
}

# Commands that cut networks get one that they cannot harm.
isolated() { python3 "$top/tools/harness/isolate.py" -- "$@"; }

verb_test() {
  case ${1:-all} in
    unit | all) ;;
    *) give_up "test knows no '$1': tools/dev test, or tools/dev test unit" ;;
  esac
  cd "$top" || exit
  python3 tools/tidy/tidy.py
  if [ "${1:-all}" = unit ]; then
    verb_build unit_tests
    ctest --preset release -L unit -j "${JOBS:-$(nproc)}"
    return
  fi
  verb_build all all_verify_interface_header_sets
  configure debug
  locked debug cmake --build --preset debug --target unit_tests
  say "unit tests under sanitizers"
  ctest --preset debug -L unit -LE tidy -j "${JOBS:-$(nproc)}"
  say "everything, release"
  fetch
  isolated ctest --preset release -j "${JOBS:-$(nproc)}"
}

fetch() { # What the demonstration wants from the network, while there is one.
  [ ! -e "$top/tools/demo/demo.py" ] || python3 "$top/tools/demo/demo.py" fetch
}

step_prepare_up() {
  verb_build starlingd starling
  fetch
}

step_show_up() {
  cd "$top" || exit
  PATH=$top/build/release/bin:$PATH python3 tools/demo/demo.py up
}

verb_sim() {
  verb_build starling_sim
  "$top/build/release/bin/starling_sim" "$@"
}

verb_bench() {
  verb_build
  cd "$top" || exit
  ran=
  for program in build/release/bin/starling_bench_* tools/bench/*.py; do
    name=$(basename "$program" .py)
    name=${name#starling_bench_}
    case " ${*:-$name} " in *" $name "*) ;; *) continue ;; esac
    [ -e "$program" ] || continue
    ran=yes
    say "bench $name"
    case $program in
      *.py) isolated python3 "$program" ;;
      *) "$program" ;;
    esac
  done
  [ -n "$ran" ] || give_up "no such benchmark"
}

verb_tidy() { cd "$top" && python3 tools/tidy/tidy.py --look "$@"; }

verb_format() {
  cd "$top" || exit
  find src tests tools \( -name '*.cc' -o -name '*.h' \) -exec clang-format -i {} +
}
