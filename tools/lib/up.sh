# The cluster that "up" leaves running, and what is in it. A keeper process holds the processes and
# the network of the five nodes: a container, or namespaces of our own. Ending it ends them all.

up_name=starling-up
up_folder=$top/build/run/up
up_ports=7379,7380,7479,7480,7579,7580,7679,7680,7779,7780

verb_up() {
  down_quietly
  mkdir -p "$up_folder"
  enter "$top/tools/dev" step prepare_up
  start_keeper
  enter_up "$top/tools/dev" step show_up
}

verb_down() {
  down_quietly
  say "nothing of the cluster is left; images and build products stay"
}

down_quietly() {
  [ ! -e "$up_folder" ] || say "removing the running cluster and its data"
  if engine_answers; then
    for container in $(docker ps -aq --filter "label=starling.up=$top"); do
      docker rm -f -v "$container" > /dev/null
    done
  fi
  if keeper=$(keeper_of_namespaces); then
    kill -KILL "$keeper" 2> /dev/null || true # unshare ignores TERM; its death ends all in it.
    wait "$keeper" 2> /dev/null || true # Only where it is a child of ours.
    while kill -0 "$keeper" 2> /dev/null; do sleep 0.1; done
  fi
  # Processes that are just ending may still write; files of a container's root are not ours.
  tries=0
  until [ ! -e "$up_folder" ] || rm -rf "$up_folder" 2> /dev/null; do
    tries=$((tries + 1))
    sleep 0.1
    if [ $tries = 20 ]; then
      choose_way
      enter rm -rf "$up_folder"
    fi
  done
}

# Prints the keeper's process id when there is one and it is ours.
keeper_of_namespaces() {
  keeper_pid=$(cat "$up_folder/keeper.pid" 2> /dev/null) &&
    cat "/proc/$keeper_pid/cmdline" 2> /dev/null | tr '\0' ' ' | grep -qF "$top/tools/lib/" &&
    echo "$keeper_pid"
}

keeper_in_container() {
  [ "$way" = container ] &&
    [ -n "$(docker ps -q --filter "label=starling.up=$top")" ]
}

is_up() { keeper_in_container || keeper_of_namespaces > /dev/null; }

start_keeper() {
  enter_by "keeper_by_$way" sh "$top/tools/lib/init.sh" \
    python3 "$top/tools/harness/isolate.py" --publish "$up_ports" --ready "$up_folder/ready" \
    -- sleep infinity
  tries=0
  until [ -e "$up_folder/ready" ]; do
    tries=$((tries + 1))
    if ! is_up || [ $tries -ge 300 ]; then
      docker logs "$up_name" >&2 2> /dev/null || cat "$up_folder/keeper.log" >&2
      down_quietly
      give_up "the cluster's network could not be set up, see above"
    fi
    sleep 0.1
  done
}

keeper_by_container() {
  set -- "$image" "$@"
  for port in $(echo "$up_ports" | tr , ' '); do
    set -- -p "127.0.0.1:$port:$port" "$@"
  done
  docker run -d --name "$up_name" --label starling.up="$top" --label starling.checkout="$top" \
    --cap-add NET_ADMIN -v "$top:$top" "$@" > /dev/null || {
    docker rm -f "$up_name" > /dev/null 2>&1 || true
    give_up "the cluster's container did not start: another cluster, or another program on one of" \
      "the ports $up_ports of the loopback?"
  }
}

keeper_by_root() { keep run_in_root "$@"; }

keeper_by_native() {
  if [ "$(id -u)" = 0 ]; then own_user=; else own_user=--map-root-user; fi
  keep run_in_namespaces "$@"
}

run_in_namespaces() {
  # shellcheck disable=SC2086  # Nothing, or one word.
  $hand_over unshare $own_user --mount --pid --fork --kill-child --mount-proc "$@"
}

keep() { # Outlives us: a session of its own, and none of our descriptors.
  hand_over="exec setsid" "$@" > "$up_folder/keeper.log" 2>&1 < /dev/null &
  echo $! > "$up_folder/keeper.pid"
}

# enter_up COMMAND...: among the processes and in the network of the running cluster.
enter_up() { enter_by "among_by_$way" sh "$top/tools/lib/init.sh" "$@"; }

among_by_container() {
  terminal=$(terminal_option)
  # shellcheck disable=SC2086  # Nothing, or words.
  ${hand_over:-} docker exec -i $terminal "$up_name" "$@"
}

among_by_root() {
  among "--root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
}

among_by_native() {
  if [ "$(id -u)" = 0 ]; then among "" "$@"; else among "--user --preserve-credentials" "$@"; fi
}

among() { # The keeper's first child is the first process inside; the file names the one with the network.
  namespaces=$1
  shift
  first=$(ps -o pid= --ppid "$(keeper_of_namespaces)" | head -n 1 | tr -d ' ')
  # shellcheck disable=SC2086  # Nothing, or words.
  ${hand_over:-} nsenter --target "$first" --mount --pid --wd $namespaces \
    nsenter --target "$(cat "$up_folder/ready")" --net "$@"
}

verb_clean() {
  down_quietly
  rm -rf "$top/build/release" "$top/build/debug" "$top/build/log"
  [ "${1:-}" != --all ] || {
    rm -rf --one-file-system "$top/build"
    ! engine_answers || docker image rm "starling/toolchain:$(toolchain_hash)" 2> /dev/null || true
  }
}
