#!/usr/bin/env bash
# Makes, once, a Debian root file system that holds a kernel with VRF devices (User Mode Linux), a container
# runtime, and the BGP speakers our tests talk to. Prints its path; progress goes to stderr.
#
# usage: scripts/rootfs.sh
set -euo pipefail
umask 022
# shellcheck source=scripts/debian.sh
. "$(dirname "$0")/debian.sh"

suite=forky
packages=(
  user-mode-linux frr gobgpd bird3 containernetworking-plugins
  containerd runc busybox-static
  iproute2 tcpdump iputils-ping iputils-arping ndisc6
  procps util-linux kmod jq make git
  kubectl # of the newest Kubernetes that Debian has
  libstdc++6 libatomic1 # of the Node binary in node_modules
)
# Raise it when build() changes, so that existing roots are rebuilt.
revision=3

cache=${XDG_CACHE_HOME:-$HOME/.cache}/multivrf
root=$cache/rootfs
new=$root.new
old=$root.old
stamp=$(sha256sum <<<"$revision $suite ${packages[*]}")

say() {
  printf 'rootfs: %s\n' "$*" >&2
}

fail() {
  say "$@"
  exit 1
}

is_current() {
  [[ -f $root/.stamp && $(<"$root/.stamp") == "$stamp" ]]
}

# rm would follow a bind mount out of the folder, so whatever is mounted below goes first.
discard() {
  local mount_point
  while read -r mount_point; do
    umount "$mount_point" || return
  done < <(findmnt --list --noheadings --output TARGET | grep -F "$1/" | sort -r)
  rm -rf --one-file-system "$1"
}

install_host_packages() {
  if type debootstrap wget gpgv >/dev/null 2>&1 && [[ -f $keyring ]]; then
    return
  fi
  command -v apt-get >/dev/null || fail 'needs debootstrap, wget, gpgv and the keys of Debian: install them'
  say 'installing debootstrap'
  apt-get update >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    debootstrap wget gpgv debian-archive-keyring >&2
}

build() {
  local mirror=$1
  mkdir -p "$new"/etc/{dpkg/dpkg.cfg.d,apt/apt.conf.d,ssl/certs}
  printf '%s\n' force-unsafe-io path-exclude=/usr/share/{doc,info,locale,man}/'*' \
    >"$new/etc/dpkg/dpkg.cfg.d/multivrf"
  apt_settings >"$new/etc/apt/apt.conf.d/multivrf"
  # For a mirror behind https: the root has no certificates of its own.
  cp /etc/ssl/certs/ca-certificates.crt "$new/etc/ssl/certs/" 2>/dev/null || true

  # The script is named because older debootstraps do not know the suite.
  debootstrap --variant=minbase --keyring="$keyring" "$suite" "$new" "$mirror" /usr/share/debootstrap/scripts/sid
  # Keeps the packages from starting their daemons.
  printf '%s\n' '#!/bin/sh' 'exit 101' >"$new/usr/sbin/policy-rc.d"
  chmod 755 "$new/usr/sbin/policy-rc.d"
  # debootstrap --include cannot resolve the dependencies of frr.
  chroot "$new" apt-get update
  DEBIAN_FRONTEND=noninteractive chroot "$new" apt-get install -y "${packages[@]}"
  # The CRI's definition, without the hundred packages that this one depends on.
  chroot "$new" bash -c 'cd /tmp && apt-get download golang-k8s-cri-api-dev && dpkg --extract golang-k8s-cri-api-dev_*.deb cri'
  install -D -m 644 "$new"/tmp/cri/usr/share/gocode/src/k8s.io/cri-api/pkg/apis/runtime/v1/api.proto \
    "$new/usr/share/cri/api.proto"
  rm -rf "$new"/tmp/*

  chroot "$new" apt-get clean
  rm -rf "$new"/var/lib/apt/lists/*
  rm -f "$new"/etc/{hostname,resolv.conf}
  printf '%s\n' '127.0.0.1 localhost' '::1 localhost' >"$new/etc/hosts"
  ln -s uml/modules "$new/usr/lib/modules"
  printf '%s\n' "$stamp" >"$new/.stamp"
}

interrupted() {
  trap - INT TERM HUP
  # The first process of the namespace takes all others with it, and unshare returns when they are gone.
  kill -KILL "$(<"/proc/$builder/task/$builder/children")" || kill -KILL "$builder"
  wait "$builder" || true
  discard "$new"
  fail interrupted
}

# In namespaces of its own, so that no mount and no process outlives it.
build_apart() {
  setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child bash "$0" build "$1" >"$root.log" 2>&1 &
  builder=$!
  trap interrupted INT TERM HUP
  wait "$builder" || {
    tail -n 20 "$root.log" >&2
    fail "could not make $root: the whole story is in $root.log"
  }
  trap - INT TERM HUP
}

if [[ ${1-} == build ]]; then
  build "$2"
  exit
fi
if ! is_current; then
  ((EUID == 0)) || fail "must be root to make $root"
  mkdir -p "$cache"
  exec 9>"$root.lock"
  flock 9
fi
if ! is_current; then
  install_host_packages
  discard "$new"
  discard "$old"
  say "making $root, which takes about a minute"
  build_apart "$(find_mirror "$suite")"
  if [[ -e $root ]]; then
    mv "$root" "$old"
  fi
  mv "$new" "$root"
  discard "$old" || say "could not remove $old"
  say "made $root in $SECONDS s"
fi
printf '%s\n' "$root"
