/** Time in which this virtual machine wanted to run and its host ran others: even in turn, little can be measured then. */
import { readFileSync } from 'node:fs';

interface Ticks {
  stolen: number;
  /** Those in which a processor ran, or would have. */
  wanted: number;
}

/** Of all processors together, since the start: the line `cpu` of /proc/stat (proc_stat(5)), whose last two, guests', are users' as well. */
function ticks(): Ticks {
  const counts = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))![1]!.split(' ').map(Number);
  const [user, nice, system, , , irq, softirq, stolen] = counts as [number, number, number, ...number[]];
  return { stolen: stolen!, wanted: user + nice + system + irq! + softirq! + stolen! };
}

/** Begins to count; what it returns tells the share of the time wanted since that was stolen, from 0 to 1. */
export function countStolen(): () => number {
  const before = ticks();
  return () => {
    const now = ticks();
    return (now.stolen - before.stolen) / Math.max(1, now.wanted - before.wanted);
  };
}

/** Waits until no more than `share` of a second is stolen, `most` seconds at most. */
export function awaitCalm(share: number, most: number): void {
  for (let waited = 0; waited < most; waited++) {
    const stolen = countStolen();
    const end = performance.now() + 1_000;
    // Nothing is stolen of one that sleeps.
    while (performance.now() < end);
    if (stolen() <= share) return;
  }
}
