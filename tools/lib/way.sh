# Where things run, in this order of preference:
#   native     this is Debian 13 and has the packages
#   container  a Docker Engine answers: the toolchain image, with the checkout mounted
#   root       no engine, but we are root: a Debian 13 under build/root, entered by chroot
# In each, tools/dev is started once more with STARLING_INSIDE naming the way.

toolchain=$top/deploy/toolchain
toolchain_hash() { cat "$toolchain"/* | sha256sum | cut -c 1-12; }
packages() { sed 's/#.*//' "$toolchain/packages"; }

is_native() {
  [ "$(. /etc/os-release 2> /dev/null && echo "${VERSION_CODENAME:-}")" = trixie ] || return 1
  missing=
  for package in $(packages); do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null) in
      installed) ;;
      *) missing="$missing $package" ;;
    esac
  done
  [ -z "$missing" ]
}

engine_answers() {
  command -v docker > /dev/null 2>&1 || return 1
  timeout 20 docker version --format '{{.Server.Version}}' > /dev/null 2>&1
}

can_make_root() {
  [ "$(id -u)" = 0 ] && command -v unshare > /dev/null 2>&1 && command -v chroot > /dev/null 2>&1 ||
    return 1
  # Whoever is root in a container may be forbidden to mount.
  unshare -m true 2> /dev/null && need_debootstrap
}

choose_way() {
  [ -z "${way:-}" ] || return 0
  mkdir -p "$top/build/log" "$top/build/run"
  if is_native; then
    way=native where="on this Debian 13"
  elif engine_answers; then
    ensure_image
    way=container where="in a container of $image"
  elif can_make_root; then
    ensure_root
    way=root where="in build/root, a Debian 13 of its own (no container engine answers)"
  else
    give_up "nowhere to run: this is not a Debian 13 with the packages, no Docker Engine answers," \
      "and without being root no Debian 13 can be made here. Any one of these helps:" \
      "  on Debian 13:  apt-get install$(packages | tr -s '\n' ' ')" \
      "  anywhere:      install Docker Engine, and be allowed to use it (docker version must answer)" \
      "  on Debian or Ubuntu:  apt-get install debootstrap util-linux, and run this as root"
  fi
  [ -n "${said:-}" ] || say "running $where"
  said=yes
}

one_at_a_time() { # The caller's file descriptor 9 holds the lock until it exits.
  ! command -v flock > /dev/null 2>&1 || { exec 9> "$top/build/run/$1.lock" && flock 9; }
}

ensure_image() {
  image=starling/toolchain:$(toolchain_hash)
  ! docker image inspect "$image" > /dev/null 2>&1 || return 0
  one_at_a_time image
  if ! docker image inspect "$image" > /dev/null 2>&1; then
    base=$(base_image) || exit $?
    slowly "making the toolchain image on $base (about a minute)" "$top/build/log/image.log" \
      docker build -t "$image" --build-arg BASE="$base" \
      --build-arg MIRROR="${MIRROR:-$(debian_mirror)}" --build-arg APT_OPTIONS="$(apt_options)" \
      --build-arg http_proxy="${http_proxy:-$(apt_proxy)}" "$toolchain" || exit 2
  fi
  exec 9>&-
}

ensure_root() {
  root=$top/build/root
  [ "$(cat "$root/.toolchain" 2> /dev/null)" != "$(toolchain_hash)" ] || return 0
  one_at_a_time root
  if [ "$(cat "$root/.toolchain" 2> /dev/null)" != "$(toolchain_hash)" ]; then
    rm -rf --one-file-system "$root"
    make_tree "$root" || exit 2
    rm -rf "$root/toolchain"
    cp -r "$toolchain" "$root/toolchain"
    slowly "installing the toolchain into build/root (about a minute)" "$top/build/log/root.log" \
      run_in_root "MIRROR=${MIRROR:-$(debian_mirror)}" "APT_OPTIONS=$(apt_options)" \
      http_proxy="${http_proxy:-$(apt_proxy)}" sh /toolchain/install || exit 2
    toolchain_hash > "$root/.toolchain"
  fi
  exec 9>&-
}

# What may be said from outside. Everything else of the caller's environment stays out: a build
# must not depend on it.
passed_names() {
  for name in CI TERM NO_COLOR COLUMNS JOBS RC_PARAMS http_proxy https_proxy no_proxy \
    $(env | sed -n 's/^\(STARLING_[A-Z_]*\)=.*/\1/p' | grep -vE '_(INSIDE|OWNER|FOLDER|TOP)$'); do
    eval "[ -z \"\${$name+set}\" ]" || echo "$name"
  done
}

# enter COMMAND...: runs it where choose_way said, with our standard input; its exit code is ours.
enter() { enter_by "run_in_$way" sh "$top/tools/lib/init.sh" "$@"; }

# enter_by RUNNER COMMAND...: adds what the inside must know, and hands over to RUNNER.
enter_by() {
  runner=$1
  shift
  for name in $(passed_names); do
    eval "value=\$$name"
    set -- "$name=$value" "$@"
  done
  case $PWD/ in "$top"/*) here=$PWD ;; *) here=$top ;; esac
  set -- env STARLING_INSIDE="$way" STARLING_OWNER="$(id -u):$(id -g)" STARLING_FOLDER="$here" \
    STARLING_TOP="$top" LANG=C.UTF-8 CCACHE_DIR="$top/build/ccache" \
    GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0="$top" "$@"
  "$runner" "$@"
}

run_in_native() { ${hand_over:-} "$@"; }

terminal_option() {
  if [ -t 0 ] && [ -t 2 ]; then echo -t; fi
}

run_in_container() {
  terminal=$(terminal_option)
  # NET_ADMIN is for cutting nodes apart in the container's own network.
  # shellcheck disable=SC2086  # Nothing, or words.
  ${hand_over:-} docker run --rm -i $terminal --label starling.checkout="$top" --cap-add NET_ADMIN \
    -v "$top:$top" "$image" "$@"
}

run_in_root() { # Own mounts and processes, the host's network.
  # shellcheck disable=SC2086  # Nothing, or words.
  ${hand_over:-} unshare --mount --pid --fork --kill-child \
    sh "$top/tools/lib/root.sh" "$root" "$top" \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
}
