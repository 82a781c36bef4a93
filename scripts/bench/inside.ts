/**
 * What the agent takes for an ADD, from reading the request to the answer written, beside the bare netlink loop, and an agent that
 * does nothing else; without the plugin.
 */
import { recordedAdd } from './bare.ts';
import { startBareAgent } from './bare-agent-process.ts';
import type { Group } from './group.ts';
import { pause } from './pause.ts';
import { compare } from './rows.ts';
import { median } from './statistics.ts';
import { World } from './world.ts';

export const inside: Group = async (quick) => {
  const world = new World([{ name: 'bench', mode: 'bridge' }]);
  const [asked, bare]: [number[], number[]] = [[], []];
  try {
    world.startAgent(undefined, ['--log-level', 'debug']);
    const loop = await recordedAdd(world, 'bench');
    const bareAgent = quick ? undefined : startBareAgent(world, 'bench', loop.datagrams);
    const [warmup, runs] = quick ? [100, 80] : [300, 400];
    for (let i = -warmup; i < runs; i++) {
      const pod = world.pod();
      const took = world.attach(pod, 'bench');
      world.detach([pod]);
      // A DEL is answered when the interface is gone; the kernel holds its lock for longer.
      pause(i < 0 ? 0 : 30);
      const limit = loop.run();
      pause(i < 0 ? 0 : 10);
      bareAgent?.run();
      pause(i < 0 || !bareAgent ? 0 : 10);
      if (i < 0) continue;
      asked.push(took);
      bare.push(limit);
    }
    await bareAgent?.stop();
    // The log is written without being waited for.
    pause(100);
    const ours = world.agent.adds.slice(-runs);
    return {
      rows: [compare('add-inside', 'bare netlink loop', 1.6, ours, bare)],
      notes: {
        messagesOfAnAdd: loop.messages,
        addFromOutside: median(asked),
        ...(bareAgent ? { agentWithoutPlanning: median(bareAgent.adds.slice(-runs)) } : {}),
      },
    };
  } finally {
    await world.close();
  }
};
