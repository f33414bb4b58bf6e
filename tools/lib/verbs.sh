# What tools/dev does once it is where it runs.

help() {
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

run() {
  [ "${1:-}" != -- ] || shift
  [ $# -gt 0 ] || give_up "run needs a command: tools/dev run -- COMMAND..."
  PATH=$top/build/release/bin:$PATH exec "$@"
}
