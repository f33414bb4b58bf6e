# A Debian 13 to build on: found, pulled, or made here from packages.

# What the host says about package sources, so that what is made here uses the same ones.
debian_mirror() { # Nothing is printed where the host's mirror cannot serve Debian 13.
  command -v apt-get > /dev/null 2>&1 || return 0
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(SITE)' 'Created-By: Packages' 2> /dev/null |
    sed -n 's/^Debian|Debian|\(https\{0,1\}:.*\)$/\1/p' | head -n 1
}

apt_proxy() {
  command -v apt-config > /dev/null 2>&1 || return 0
  apt-config shell proxy Acquire::http::Proxy 2> /dev/null | sed -n "s/^proxy='\(http.*\)'$/\1/p"
}

apt_options() { # A host that reads frozen package sources says so; what is made here must too.
  command -v apt-config > /dev/null 2>&1 || return 0
  for name in Acquire::Check-Valid-Until Acquire::Check-Date; do
    value=$(apt-config shell value "$name" 2> /dev/null | sed -n "s/^value='\(.*\)'$/\1/p")
    case $value in false | 0 | no) printf -- '-o %s=false ' "$name" ;; esac
  done
}

need_debootstrap() {
  PATH=$PATH:/usr/sbin:/sbin
  [ -e /usr/share/debootstrap/scripts/trixie ] && return 0
  [ "$(id -u)" = 0 ] || return 1
  command -v apt-get > /dev/null 2>&1 || return 1
  # shellcheck disable=SC2046  # A list of words.
  slowly "installing debootstrap" "$top/build/log/debootstrap-install.log" sh -c '
    DEBIAN_FRONTEND=noninteractive; export DEBIAN_FRONTEND
    apt-get "$@" -y install debootstrap || { apt-get "$@" update && apt-get "$@" -y install debootstrap; }
  ' apt $(apt_options)
  [ -e /usr/share/debootstrap/scripts/trixie ]
}

# make_tree DIR: a minimal Debian 13 in DIR. Needs root.
make_tree() {
  keys=/usr/share/keyrings/debian-archive-keyring.gpg
  proxy=${http_proxy:-$(apt_proxy)}
  slowly "making a Debian 13 base (about half a minute)" "$top/build/log/debootstrap.log" \
    env ${proxy:+"http_proxy=$proxy"} debootstrap --variant=minbase \
    $([ ! -e "$keys" ] || echo --keyring="$keys") trixie "$1" \
    "${MIRROR:-$(debian_mirror | grep . || echo http://deb.debian.org/debian)}" &&
    rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/* "$1"/usr/share/doc/*
}

# Prints the name of the image to build on.
base_image() {
  image=${BASE:-debian:trixie-slim}
  for name in "$image" starling/base:trixie; do
    docker image inspect "$name" > /dev/null 2>&1 && { echo "$name"; return; }
  done
  if slowly "pulling $image" "$top/build/log/pull.log" sh -c 'timeout 120 docker pull -q "$1" || echo no' pull "$image" &&
    docker image inspect "$image" > /dev/null 2>&1; then
    echo "$image"
    return
  fi
  need_debootstrap && [ "$(id -u)" = 0 ] ||
    give_up "no image to build on: $image cannot be pulled" \
      "load it (docker load), or run once as root with debootstrap installed (apt-get install debootstrap)"
  tree=$(mktemp -d) && chmod 755 "$tree" && make_tree "$tree" &&
    tar -C "$tree" -c . | docker import -c 'CMD ["bash"]' - starling/base:trixie > /dev/null &&
    echo starling/base:trixie
  made=$?
  rm -rf --one-file-system "$tree"
  return $made
}
