/**
 * What the agent takes for an ADD, from the request read to the answer written, without the plugin: beside the bare netlink
 * loop. For a pod alone, and for many that come at once; and for agents that do less.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bare, recordedAdd } from './bare.ts';
import { type BareAgent, startBareAgent } from './bare-agent-process.ts';
import type { Group } from './group.ts';
import { bundled, type LesserAgent } from './lesser-agents.ts';
import { pause } from './pause.ts';
import { toText } from './recording.ts';
import { compare, type Row } from './rows.ts';
import { World } from './world.ts';

/** Pods at once. */
const together = 20;

interface Times {
  ours: readonly number[];
  /** Of the loop. */
  limits: readonly number[];
}

/** One pod, then the loop, each after a pause. Returns what the agent and the loop took, but for the warm-up. */
function alone(world: World, loop: Bare, warmup: number, runs: number, bareAgent?: BareAgent): Times {
  const limits: number[] = [];
  for (let i = -warmup; i < runs; i++) {
    const pods = world.pods(1);
    world.attachUnwatched(pods, 'bench');
    world.detach(pods);
    // A DEL is answered when the interface is gone; the kernel holds its lock for longer.
    pause(i < 0 ? 0 : 30);
    const limit = loop.run();
    pause(i < 0 ? 0 : 10);
    bareAgent?.run();
    pause(i < 0 || !bareAgent ? 0 : 10);
    if (i >= 0) limits.push(limit);
  }
  return { ours: lastAdds(world, runs), limits };
}

/** As many pods at once, then the loop as often, one right after the other. */
function atOnce(world: World, loop: Bare, warmup: number, rounds: number): Times {
  const limits: number[] = [];
  for (let round = -warmup; round < rounds; round++) {
    const pods = world.pods(together);
    pause(60);
    world.attachUnwatched(pods, 'bench');
    world.detach(pods);
    pause(60);
    const took = pods.map(() => loop.run());
    pause(60);
    if (round >= 0) limits.push(...took);
  }
  return { ours: lastAdds(world, rounds * together), limits };
}

function lastAdds({ agent }: World, runs: number): number[] {
  // The log is written without being waited for.
  pause(100);
  return agent.adds.slice(-runs);
}

function row(question: string, { ours, limits }: Times): Row {
  return compare(question, 'bare netlink loop', 1.6, ours, limits);
}

/** The same for agents that do ever less, down to one that only sends and answers. */
async function less(world: World, loop: Bare): Promise<Row[]> {
  const recording = join(world.directory, 'lesser.json');
  writeFileSync(recording, toText(loop.datagrams));
  process.env.MULTIVRF_BENCH_RECORDING = recording;
  const rows: Row[] = [];
  for (const name of ['unplanned', 'unrecorded', 'unnamed'] satisfies LesserAgent[]) {
    await world.agent.stop();
    world.startAgent(undefined, ['--log-level', 'debug'], await bundled(name));
    rows.push(row(`add-inside-${name}`, alone(world, loop, 300, 200)));
  }
  return rows;
}

export const inside: Group = async (quick) => {
  const world = new World([{ name: 'bench', mode: 'bridge' }]);
  try {
    world.startAgent(undefined, ['--log-level', 'debug']);
    const loop = await recordedAdd(world, 'bench');
    if (quick) {
      const single = alone(world, loop, 100, 60);
      const many = atOnce(world, loop, 6, 6);
      return { rows: [row('add-inside', single), row('add-inside-many', many)] };
    }
    const bareAgent = startBareAgent(world, 'bench', loop.datagrams);
    const single = alone(world, loop, 300, 400, bareAgent);
    await bareAgent.stop();
    const many = atOnce(world, loop, 10, 40);
    return {
      rows: [
        row('add-inside', single),
        row('add-inside-many', many),
        ...(await less(world, loop)),
        row('add-inside-bare', { ours: bareAgent.adds.slice(-single.ours.length), limits: single.limits }),
      ],
      notes: { messagesOfAnAdd: loop.messages },
    };
  } finally {
    await world.close();
  }
};
