#!/usr/bin/env bash
# Makes, once, a folder with Kubernetes' own server of custom resources, its plugin for admission policies (scripts/api-server/) and an
# etcd, from the sources that Debian packages. Prints its path; progress goes to stderr. It fetches 330 MB, needs 4 GB
# while it builds and keeps 115 MB.
#
# usage: scripts/api-server.sh
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/debian.sh
. "$here/debian.sh"

suite=sid
go=1.26
packages=(golang-k8s-apiextensions-apiserver-dev "golang-$go-go" etcd-server)
stamp="1 $suite ${packages[*]} $(cat "$here"/api-server/*.go | sha256sum)"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/multivrf
root=$cache/api-server

fail() {
  printf 'api-server: %s\n' "$*" >&2
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

# The packages with all Go packages that they want; libraries of C, and another Go, are of no use here.
sources() {
  own_apt --simulate install "${packages[@]}" | awk '$1 == "Inst" { print $2 }' |
    grep -E '^(golang-|etcd-server$)' | grep -vE "^golang-([0-9]|any$|go$|src$)" || true
  printf '%s\n' "golang-$go-go" "golang-$go-src"
}

make_root() {
  local mirror package names
  mirror=$(find_mirror "$suite")
  [[ $mirror ]] || fail "finds no mirror of Debian: name one in this machine's apt sources, or install debootstrap"
  mkdir -p "$new"/{bin,tmp} "$new"/apt/{preferences.d,state/lists/partial,cache/archives/partial}
  apt_settings >"$new/apt/conf"
  printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite" >"$new/apt/sources.list"
  own_apt update
  mapfile -t names < <(sources)
  printf 'api-server: fetching %s packages of Debian %s\n' "${#names[@]}" "$suite"
  (cd "$new/apt" && own_apt download "${names[@]}")
  for package in "$new"/apt/*.deb; do
    dpkg-deb --extract "$package" "$new"
  done
  printf 'api-server: compiling, which takes some minutes\n'
  mkdir -p "$new/own/src/multivrf.dev"
  cp -r "$here/api-server" "$new/own/src/multivrf.dev/"
  env GOROOT="$new/usr/lib/go-$go" GOPATH="$new/own:$new/usr/share/gocode" GO111MODULE=off GOPROXY=off GOTOOLCHAIN=local \
    GOCACHE="$new/tmp/cache" GOTMPDIR="$new/tmp" CGO_ENABLED=0 \
    nice "$new/usr/lib/go-$go/bin/go" build -ldflags='-s -w' -o "$new/bin/" multivrf.dev/api-server
  mv "$new/usr/bin/etcd" "$new/bin/"
  rm -rf "${new:?}"/{apt,etc,own,tmp,usr,var}
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
  make_root >&2
  rm -rf "$root"
  mv -T "$new" "$root"
fi
printf '%s\n' "$root"
