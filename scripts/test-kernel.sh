#!/usr/bin/env bash
# Runs a command in this repository inside User Mode Linux: a kernel that has VRF devices and is an ordinary
# process. The command's output and exit status become ours. Inside, the repository is writable; all else is
# in memory. The environment variables CI and MULTIVRF_* reach the command.
#
# usage: scripts/test-kernel.sh COMMAND [ARG...]
#
# MULTIVRF_TEST_KERNEL_TIMEOUT  seconds after which the kernel is ended (2400)
set -euo pipefail

repo=$(cd "$(dirname "$0")/.." && pwd -P)
timeout=${MULTIVRF_TEST_KERNEL_TIMEOUT:-2400}

say() {
  printf 'test-kernel: %s\n' "$*" >&2
}

fail() {
  say "$@"
  exit 1
}

command_script() {
  local name
  while read -r name; do
    printf 'export %s=%q\n' "$name" "${!name}"
  done < <(compgen -e | grep -E '^(MULTIVRF_.*|CI)$')
  printf 'cd %q\n' "$repo"
  printf 'exec'
  printf ' %q' "$@"
  printf '\n'
}

# Runs as the first process of its own mount and process namespaces.
boot() {
  local root=$1
  shift
  mount --bind "$root" "$root"
  cd "$root"
  mount -t proc proc proc
  # Takes the kernel's memory too.
  mount -t tmpfs -o mode=1777,size=6G tmpfs tmp
  mount --rbind "$repo" mnt
  mount -o remount,bind,ro "$root"

  printf '%s' "$repo" >tmp/repo
  command_script "$@" >tmp/command
  # The kernel makes the descriptors it is given non-blocking: they must not be our caller's.
  mkfifo tmp/stdout tmp/stderr
  cat tmp/stdout &
  cat tmp/stderr >&2 &
  {
    TMPDIR=/tmp timeout --kill-after=5 "$timeout" chroot . linux.uml \
      mem=4G seccomp=auto uml_dir=/tmp/ quiet \
      rootfstype=hostfs rootflags=/ rw init=/mnt/scripts/test-kernel-init.sh \
      con=null con0=null,fd:5 con1=null,fd:3 con2=null,fd:4 ssl=null \
      </dev/null 3>tmp/stdout 4>tmp/stderr || true
  } >tmp/log 2>&1 5>&1
  wait

  if [[ -s tmp/status ]]; then
    exit "$(<tmp/status)"
  fi
  tail -n 200 tmp/log >&2
  if ((SECONDS >= timeout)); then
    fail "ended after $timeout s: $*"
  fi
  fail "the kernel ended before the command: $*"
}

end_kernel() {
  if [[ -e /proc/$kernel ]]; then
    # The first process of the namespace takes all others with it, and unshare returns when they are gone.
    kill -KILL "$(<"/proc/$kernel/task/$kernel/children")" || kill -KILL "$kernel"
    wait "$kernel" || true
  fi
}

if [[ ${1-} == --boot ]]; then
  boot "${@:2}"
fi
(($# > 0)) || fail 'usage: scripts/test-kernel.sh COMMAND [ARG...]'
((EUID == 0)) || fail 'must be root, to chroot and to mount'

root=$("$repo/scripts/rootfs.sh")
# In namespaces of its own, so that no mount and no process outlives it.
setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child bash "$0" --boot "$root" "$@" &
kernel=$!
trap end_kernel EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
wait "$kernel"
