# Telling a person what goes on. Everything said goes to stderr: stdout belongs to the results.

say() { echo "tools/dev: $*" >&2; }

give_up() { # Exit 2: not a failure of what was asked for, but of the place it was asked in.
  for line in "$@"; do say "$line"; done
  exit 2
}

# slowly WHAT LOG COMMAND...: runs a long step with its output in LOG. Says so once it has taken two
# seconds, then where it stands every ten; shows the end of LOG when it fails.
slowly() {
  what=$1 log=$2
  shift 2
  mkdir -p "$(dirname "$log")"
  "$@" > "$log" 2>&1 < /dev/null &
  job=$!
  trap 'kill "$job" 2> /dev/null || true; exit 130' INT TERM
  began=$(date +%s) told=0
  while kill -0 "$job" 2> /dev/null; do
    sleep 0.2
    took=$(($(date +%s) - began))
    if [ "$took" -ge 2 ] && [ "$told" = 0 ]; then
      say "$what ..."
      told=2
    elif [ $((took - told)) -ge 10 ] && [ "$told" != 0 ]; then
      say "$what: $took s, $(tail -n 1 "$log" | tr '\r\t' '  ' | cut -c 1-80)"
      told=$took
    fi
  done
  trap - INT TERM
  if wait "$job"; then
    [ "$told" = 0 ] || say "$what: done, $(($(date +%s) - began)) s"
  else
    status=$?
    tail -n 40 "$log" >&2
    say "$what: failed, all of it is in $log"
    return "$status"
  fi
}
