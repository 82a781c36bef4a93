#!/usr/bin/env bash
# Removes a lab when its owner closes it or dies, however that happens: waits for the end of stdin.
#
# usage: reaper.sh DIRECTORY PREFIX   (namespaces of the lab are named PREFIX…)
trap '' HUP INT TERM
cat >/dev/null
directory=$1 prefix=$2

# The processes in the lab's namespaces, those that the agent made for VRFs included.
for path in /run/netns/"$prefix"* "$directory"/netns/*; do
  inode=$(stat --format=%i "$path") || continue
  for link in $(find /proc/[0-9]*/ns/net -maxdepth 0 -lname "net:\\[$inode\\]"); do
    pid=${link#/proc/}
    kill -KILL "${pid%%/*}"
  done
done 2>/dev/null
for path in "$directory"/netns/*; do
  umount "$path"
done 2>/dev/null
for path in /run/netns/"$prefix"*; do
  [[ -e $path ]] && ip netns del "${path##*/}"
done
rm -rf --one-file-system "$directory"
