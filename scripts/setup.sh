#!/usr/bin/env bash
# Installs what this machine lacks to build, test and show multivrf: Debian packages, and npm packages with
# Node 24 among them, so that the machine's own Node only has to run npm. Does nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

# Command, and the package that brings it.
needed=(
  ip:iproute2 ping:iputils-ping arping:iputils-arping tcpdump:tcpdump nsenter:util-linux setpriv:util-linux
  debootstrap:debootstrap flock:util-linux strace:strace iptables:iptables /usr/lib/cni/bridge:containernetworking-plugins
  git:git openssl:openssl gcc:gcc iperf3:iperf3 sockperf:sockperf /usr/bin/time:time
  /usr/share/keyrings/debian-archive-keyring.gpg:debian-archive-keyring
)

missing=()
for pair in "${needed[@]}"; do
  command -v "${pair%%:*}" >/dev/null || [[ -e ${pair%%:*} ]] || missing+=("${pair#*:}")
done
# Debian's npm brings some Node along; a machine that has npm keeps its own.
command -v npm >/dev/null || missing+=(nodejs npm)

if ((${#missing[@]} > 0)); then
  if ((EUID != 0)); then
    echo "setup: missing packages: ${missing[*]}; run as root, or install them first" >&2
    exit 1
  fi
  echo "setup: installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

stamp=node_modules/.multivrf-lock
if ! cmp -s package-lock.json "$stamp"; then
  echo 'setup: installing npm packages'
  # Not `npm ci`: it wants the optional packages of every platform in the lock, which not every registry has.
  # Debian's own Node may not know our options.
  env -u NODE_OPTIONS npm install --no-save --no-audit --no-fund --loglevel=error
  cp package-lock.json "$stamp"
fi
