/**
 * What the agent takes for an ADD, from the request read to the answer written, without the plugin: beside the bare netlink
 * loop, and an agent that does nothing else. For a pod alone, and for many that come at once.
 */
import { type Bare, recordedAdd } from './bare.ts';
import { type BareAgent, startBareAgent } from './bare-agent-process.ts';
import type { Group } from './group.ts';
import { pause } from './pause.ts';
import { compare } from './rows.ts';
import { median } from './statistics.ts';
import { World } from './world.ts';

/** Pods at once. */
const together = 20;

/** One pod, then the loop, each after a pause. Returns what the agent and the loop took, but for the warm-up. */
function alone(world: World, loop: Bare, bareAgent: BareAgent | undefined, warmup: number, runs: number) {
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
function atOnce(world: World, loop: Bare, warmup: number, rounds: number) {
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

export const inside: Group = async (quick) => {
  const world = new World([{ name: 'bench', mode: 'bridge' }]);
  try {
    world.startAgent(undefined, ['--log-level', 'debug']);
    const loop = await recordedAdd(world, 'bench');
    const bareAgent = quick ? undefined : startBareAgent(world, 'bench', loop.datagrams);
    const single = quick ? alone(world, loop, bareAgent, 100, 60) : alone(world, loop, bareAgent, 300, 400);
    await bareAgent?.stop();
    const many = quick ? atOnce(world, loop, 6, 6) : atOnce(world, loop, 10, 40);
    return {
      rows: [
        compare('add-inside', 'bare netlink loop', 1.6, single.ours, single.limits),
        compare('add-inside-many', 'bare netlink loop', 1.6, many.ours, many.limits),
      ],
      notes: {
        messagesOfAnAdd: loop.messages,
        ...(bareAgent ? { agentWithoutPlanning: median(bareAgent.adds.slice(-single.ours.length)) } : {}),
      },
    };
  } finally {
    await world.close();
  }
};
