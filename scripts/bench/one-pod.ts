/** One pod after the other, ours and theirs in turn, each in a namespace of its own: exec to exit, CPU, memory. */
import type { Group } from './group.ts';
import { IpBatch } from './ip-batch.ts';
import { pause } from './pause.ts';
import { Programs, referenceVersion } from './programs.ts';
import { compare, limited } from './rows.ts';
import type { Prepared } from './spawn.ts';
import { type Pod, World } from './world.ts';

const warmup = 10;

/** Times two programs one after the other, and answers in the order given. */
function pair(firstFirst: boolean, first: () => number, second: () => number): [number, number] {
  if (firstFirst) return [first(), second()];
  const later = second();
  return [first(), later];
}

function times(world: World, programs: Programs, script: IpBatch, runs: number) {
  const names = ['add', 'peerAdd', 'del', 'peerDel', 'pass', 'loopback', 'ptp', 'chain', 'batch'] as const;
  const all = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    (typeof names)[number],
    number[]
  >;
  for (let i = -warmup; i < runs; i++) {
    const pods = world.pods(4);
    const [ours, theirs, third, fourth] = pods as [Pod, Pod, Pod, Pod];
    const timed = (program: Prepared) => () => program.time();
    // Who goes first changes each time: the first meets what the kernel still has to clear away of the last pair.
    const turn = i % 2 === 0;
    const others = () => ({ chain: programs.chain(third), batch: script.add(fourth) });
    const early = turn ? others() : undefined;
    const [add, peerAdd] = pair(turn, timed(programs.ours('ADD', ours, true)), timed(programs.bridge('ADD', theirs)));
    const [del, peerDel] = pair(turn, timed(programs.ours('DEL', ours, true)), timed(programs.bridge('DEL', theirs)));
    const [pass, loopback] = pair(
      turn,
      timed(programs.ours('ADD', ours, false)),
      timed(programs.loopback('ADD', theirs)),
    );
    const { chain, batch } = early ?? others();
    const sample = { add, peerAdd, del, peerDel, pass, loopback, ptp: chain.ptp, chain: chain.all, batch };
    script.remove();
    for (const pod of pods) world.removePod(pod);
    // The kernel finishes with deleted namespaces in the background, under the lock of all networking.
    pause(60);
    if (i >= 0) for (const name of names) all[name].push(sample[name]);
  }
  return all;
}

/** CPU milliseconds of an ADD, plugin and agent together, what the agent does afterwards included. */
function cpu(world: World, programs: Programs, rounds: number) {
  const each = 20;
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const [own, other] = [world.pods(each), world.pods(each)];
    const run = (program: Prepared) => program.wait(program.start());
    const before = world.agent.cpu;
    let sum = 0;
    for (const pod of own) sum += run(programs.ours('ADD', pod, true));
    pause(700);
    ours.push((sum + world.agent.cpu - before) / each);
    theirs.push(other.reduce((total, pod) => total + run(programs.bridge('ADD', pod)), 0) / each);
    world.detach(own);
    for (const pod of [...own, ...other]) world.removePod(pod);
    pause(200);
  }
  return [ours, theirs] as const;
}

export const onePod: Group = async (quick) => {
  const world = new World([{ name: 'bench', mode: 'bridge' }]);
  try {
    world.startAgent();
    const programs = new Programs(world);
    const script = new IpBatch(world, 'bench');
    const samples = times(world, programs, script, quick ? 30 : 150);
    const { add, peerAdd, del, peerDel, pass, loopback, ptp, chain, batch } = samples;
    const [ours, theirs] = cpu(world, programs, quick ? 2 : 9);
    const pods = world.pods(quick ? 2 : 9);
    const peaks = pods.map((pod) => programs.peakMemory(pod, true));
    return {
      rows: [
        compare('add', 'bridge+static', 0.65, add, peerAdd),
        compare('add-chain', 'ptp→tuning→sbr', 0.4, add, chain),
        compare('add-ptp', 'ptp+host-local, IPv4', 1, add, ptp),
        compare('add-batch', 'ip, tc, bridge -batch', 1, add, batch),
        compare('del', 'bridge+static', 0.25, del, peerDel),
        compare('passthrough', 'loopback', 1.25, pass, loopback),
        compare('cpu', 'bridge+static', 0.6, ours, theirs),
        limited('plugin-peak-rss', 26, peaks, 'MiB'),
      ],
      notes: { peers: referenceVersion(), commandsOfTheBatch: script.commands },
    };
  } finally {
    await world.close();
  }
};
