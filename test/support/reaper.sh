#!/usr/bin/env bash
# Removes a lab when its owner closes it or dies, however that happens: waits for the end of stdin.
#
# usage: reaper.sh DIRECTORY PREFIX   (namespaces of the lab are named PREFIX…)
trap '' HUP INT TERM
cat >/dev/null
directory=$1 prefix=$2

# The processes in the namespaces, those whose namespace was made by the agent included.
for path in /run/netns/"$prefix"*; do
  [[ -e $path ]] || continue
  for pid in $(ip netns pids "${path##*/}"); do kill -KILL "$pid"; done
done 2>/dev/null
for path in "$directory"/netns/*; do
  umount "$path"
done 2>/dev/null
for path in /run/netns/"$prefix"*; do
  [[ -e $path ]] && ip netns del "${path##*/}"
done
rm -rf --one-file-system "$directory"
