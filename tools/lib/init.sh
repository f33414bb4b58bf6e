# init.sh COMMAND...: the first process inside a container or a root. Passes signals on, and in the
# end gives what was made to the caller, who may not be the root that we are here.
set -eu
cd "$STARLING_FOLDER"

give_back() {
  case $STARLING_INSIDE:$STARLING_OWNER in
    native:* | *:0:*) ;;
    *) find "$STARLING_TOP" -xdev -user 0 -exec chown -h "$STARLING_OWNER" {} + 2> /dev/null || true ;;
  esac
}

if [ "$STARLING_INSIDE" = native ]; then
  exec "$@"
elif [ -t 0 ]; then # The terminal itself sends its signals to all.
  trap : INT QUIT
  "$@" && status=0 || status=$?
else
  exec 3<&0 # A background command gets no standard input unless it is handed over.
  "$@" <&3 3<&- &
  child=$!
  exec 3<&-
  trap 'kill -TERM "$child" 2> /dev/null || true' INT TERM
  while :; do
    wait "$child" && status=0 || status=$?
    kill -0 "$child" 2> /dev/null || break
  done
fi
give_back
exit "$status"
