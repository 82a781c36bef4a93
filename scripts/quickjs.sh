#!/usr/bin/env bash
# Makes, once, a folder with what the plugin is compiled and linked with: QuickJS and a C library that can be linked
# statically, of one release of Debian whatever this machine runs. Prints its path; progress goes to stderr.
#
# usage: scripts/quickjs.sh
set -euo pipefail
umask 022
# shellcheck source=scripts/debian.sh
. "$(dirname "$0")/debian.sh"

suite=trixie
packages=(libquickjs quickjs libc6 libc6-dev linux-libc-dev)
stamp="1 $suite ${packages[*]}"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/multivrf
root=$cache/quickjs

fail() {
  printf 'quickjs: %s\n' "$*" >&2
  exit 1
}

is_current() {
  [[ -f $root/.stamp && $(<"$root/.stamp") == "$stamp" ]]
}

# apt with lists, packages and state of its own, so that it changes nothing of the machine's and needs no root.
own_apt() {
  APT_CONFIG=$new/apt/conf apt-get -qq -o Dir::Etc="$new/apt" -o Dir::Etc::SourceParts=none -o Dir::Etc::Parts=none \
    -o Dir::State="$new/apt/state" -o Dir::State::Status=/dev/null -o Dir::Cache="$new/apt/cache" \
    -o APT::Sandbox::User= "$@"
}

make_root() {
  local mirror package
  mirror=$(find_mirror "$suite")
  [[ $mirror ]] || fail "finds no mirror of Debian: name one in this machine's apt sources, or install debootstrap"
  mkdir -p "$new"/apt/{preferences.d,state/lists/partial,cache/archives/partial}
  apt_settings >"$new/apt/conf"
  printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite" >"$new/apt/sources.list"
  own_apt update
  (cd "$new/apt" && own_apt download "${packages[@]}")
  for package in "$new"/apt/*.deb; do
    dpkg-deb --extract "$package" "$new"
  done
  rm -rf "$new"/apt "$new"/etc "$new"/usr/share
  chmod 755 "$new"
  printf '%s\n' "$stamp" >"$new/.stamp"
}

if ! is_current; then
  mkdir -p "$cache"
  exec 9>"$root.lock"
  flock 9
fi
if ! is_current; then
  [[ -f $keyring ]] || fail 'needs the keys of Debian: install debian-archive-keyring'
  new=$(mktemp -d "$root.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  printf 'quickjs: fetching %s of Debian %s\n' "${packages[*]}" "$suite" >&2
  make_root >&2
  rm -rf "$root"
  mv -T "$new" "$root"
fi
printf '%s\n' "$root"
