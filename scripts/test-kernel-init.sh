#!/bin/bash
# The first process inside User Mode Linux; see test-kernel.sh. In the root it boots, only /tmp is writable:
# /tmp/command is what to run, /tmp/repo says where, and /tmp/status takes its exit status. /mnt is the repository.
set -euo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root TERM=dumb

# An overlay in memory makes the root writable.
enter_overlay() {
  local repo
  repo=$(</tmp/repo)
  exec 9>/tmp/status
  mount -t proc proc /proc
  modprobe overlay
  mount -t tmpfs tmpfs /media
  mkdir /media/{upper,work,root}
  mount -t overlay overlay -o lowerdir=/,upperdir=/media/upper,workdir=/media/work /media/root
  cd /media/root
  mount -t tmpfs -o mode=755 tmpfs run
  mount -t tmpfs -o mode=1777 tmpfs tmp
  cp /tmp/command run/command
  mount --move /proc proc
  mount --move /dev dev
  mkdir -p ".$repo"
  mount -t hostfs -o hostfs=/mnt repository ".$repo"
  mount --move . /
  exec chroot . "$repo/scripts/test-kernel-init.sh" inside
}

set_up() {
  mkdir /dev/pts /dev/shm
  mount -t devpts devpts /dev/pts
  mount -t tmpfs -o mode=1777 tmpfs /dev/shm
  mount -t sysfs sysfs /sys
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  modprobe --all vrf 8021q dummy veth bridge sch_ingress cls_bpf cls_flower cls_matchall \
    act_bpf act_gact act_mirred act_police act_vlan
  echo test-kernel >/proc/sys/kernel/hostname
  # Node maps a ring, and this kernel panics when a child that inherited the mapping executes something.
  echo 2 >/proc/sys/kernel/io_uring_disabled
  ip link set lo up
}

# Two consoles carry the output. The pipes keep the command from seeing a terminal.
open_output() {
  stty -F /dev/tty1 raw
  stty -F /dev/tty2 raw
  mkfifo /run/stdout /run/stderr
  cat /run/stdout >/dev/tty1 &
  readers=("$!")
  cat /run/stderr >/dev/tty2 &
  readers+=("$!")
  exec 3>/run/stdout 4>/run/stderr
  rm /run/stdout /run/stderr
}

close_output() {
  local process
  exec 3>&- 4>&-
  # What the command left running holds the output open.
  for process in /proc/[0-9]*; do
    process=${process#/proc/}
    if [[ " 1 ${readers[*]} " != *" $process "* ]]; then
      kill -KILL "$process" 2>/dev/null || true
    fi
  done
  wait "${readers[@]}"
  # Changing a terminal's settings waits until its output is written.
  stty -F /dev/tty1 -echo
  stty -F /dev/tty2 -echo
}

if [[ ${1-} != inside ]]; then
  enter_overlay
fi
set_up
open_output
status=0
bash /run/command </dev/null >&3 2>&4 3>&- 4>&- 9>&- || status=$?
close_output
echo "$status" >&9
sync
echo o >/proc/sysrq-trigger
sleep infinity
