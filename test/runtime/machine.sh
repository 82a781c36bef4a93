#!/usr/bin/env bash
# A machine without a kernel of its own, in which containerd runs: own processes, mounts and cgroups on a root file system
# that it cannot write to. It ends with its first process. Prints the number that process has outside.
#
# usage: machine.sh NETNS ROOT DIRECTORY
#   NETNS      path of its network namespace
#   ROOT       its root file system
#   DIRECTORY  with a `run` that becomes its /run; its name is unique on this host
set -euo pipefail
self=$(realpath "$0")

outside() {
  local netns=$1 root=$2 directory=$3
  # Whatever becomes of the test: the lab's reaper ends the machine, and we clean up behind it.
  trap '' HUP INT TERM
  mkdir "$directory"/{cgroup,root}
  mount -t cgroup2 cgroup2 "$directory/cgroup"
  # The directory may be gone before the cgroups are.
  cd "$directory/cgroup"
  local cgroup=${directory##*/}
  mkdir "$cgroup"
  (
    trap - HUP INT TERM
    echo "$BASHPID" >"$cgroup/cgroup.procs"
    # What unshare has to say about the end of its child is no news.
    exec 3>&2 2>/dev/null
    exec nsenter --net="$netns" unshare --mount --pid --fork --kill-child --cgroup --ipc --uts \
      bash "$self" inside "$root" "$directory"
  ) &
  # Our output is to end with the machine's. The cgroups are busy until all of its processes are gone.
  exec >/dev/null 2>&1
  wait || true
  until find "$cgroup" -depth -type d -exec rmdir {} +; do sleep 0.1; done
}

inside() {
  local root=$1 directory=$2 new=$2/root place pid
  exec 2>&3 3>&-
  # This /proc is still the one of outside.
  read -r pid _ </proc/self/stat
  mount --bind "$root" "$new"
  cd "$new"
  mount --rbind /dev dev
  mount -t proc proc proc
  mount -t sysfs sysfs sys
  mount -t cgroup2 cgroup2 sys/fs/cgroup
  for place in tmp var/lib; do mount -t tmpfs tmpfs "$place"; done
  mount --bind "$directory/run" run
  mount --rbind "${self%/test/runtime/*}" mnt
  mount -o remount,bind,ro .
  mount --move . /
  exec chroot . /mnt/test/runtime/machine.sh booted "$pid"
}

booted() {
  # A container's mount that is to follow the node's has to come from a shared one.
  mount --make-rshared /
  # A cgroup has processes or children: cgroups(7), "no internal processes".
  mkdir /sys/fs/cgroup/init
  echo 1 >/sys/fs/cgroup/init/cgroup.procs
  ip link set lo up
  echo "$1"
  exec >/run/containerd.log 2>&1
  containerd --config /run/containerd.toml &
  # The first process inherits the shims, and collects them.
  while wait -n; do :; done
}

case $1 in
  inside) inside "${@:2}" ;;
  booted) booted "$2" ;;
  *) outside "$@" ;;
esac
