/** A hundred pods at once: from the first start to the last exit. */
import type { Group } from './group.ts';
import { pause } from './pause.ts';
import { Programs } from './programs.ts';
import { compare } from './rows.ts';
import type { Prepared } from './spawn.ts';
import { World } from './world.ts';

const burst = 100;

function time(programs: readonly Prepared[]): number {
  const began = performance.now();
  const started = programs.map((program) => ({ program, pid: program.start() }));
  for (const { program, pid } of started) program.wait(pid);
  return performance.now() - began;
}

export const bursts: Group = async (quick) => {
  const world = new World([{ name: 'bench', mode: 'bridge' }]);
  const [add, peerAdd, del, peerDel]: number[][] = [[], [], [], []];
  try {
    world.startAgent();
    const programs = new Programs(world);
    // An agent's first bursts are its slowest.
    for (let i = -2; i < (quick ? 3 : 50); i++) {
      const [own, other] = [world.pods(burst), world.pods(burst)];
      const attached = time(own.map((pod) => programs.ours('ADD', pod, true)));
      // The agent announces their addresses when none come any more: not at the expense of the peer.
      pause(500);
      const sample = [
        attached,
        time(other.map((pod) => programs.bridge('ADD', pod))),
        time(own.map((pod) => programs.ours('DEL', pod, true))),
        time(other.map((pod) => programs.bridge('DEL', pod))),
      ];
      for (const pod of [...own, ...other]) world.removePod(pod);
      pause(quick ? 500 : 1000);
      if (i >= 0) [add, peerAdd, del, peerDel].forEach((list, j) => void list!.push(sample[j]!));
    }
    return {
      rows: [
        compare('burst100', 'bridge+static', 0.45, add!, peerAdd!),
        compare('burst100-del', 'bridge+static', 0.45, del!, peerDel!),
      ],
    };
  } finally {
    await world.close();
  }
};
