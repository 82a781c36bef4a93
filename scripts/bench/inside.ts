/** What the agent takes for an ADD, asked by its socket, beside the bare netlink loop, and an agent that does nothing else; without the plugin. */
import { recordedAdd } from './bare.ts';
import { startBareAgent } from './bare-agent-process.ts';
import type { Group } from './group.ts';
import { pause } from './pause.ts';
import { compare } from './rows.ts';
import { median } from './statistics.ts';
import { World } from './world.ts';

export const inside: Group = async (quick) => {
  const world = new World([{ name: 'bench', mode: 'bridge' }]);
  const [ours, bare, node]: [number[], number[], number[]] = [[], [], []];
  try {
    world.startAgent();
    const loop = await recordedAdd(world, 'bench');
    const bareAgent = quick ? undefined : startBareAgent(world, 'bench', loop.datagrams);
    const warmup = quick ? 100 : 300;
    for (let i = -warmup; i < (quick ? 80 : 400); i++) {
      const pod = world.pod();
      const took = world.attach(pod, 'bench');
      world.detach([pod]);
      // A DEL is answered when the interface is gone; the kernel holds its lock for longer.
      pause(i < 0 ? 0 : 30);
      const limit = loop.run();
      pause(i < 0 ? 0 : 10);
      const least = bareAgent?.run();
      pause(i < 0 || least === undefined ? 0 : 10);
      if (i < 0) continue;
      ours.push(took);
      bare.push(limit);
      if (least !== undefined) node.push(least);
    }
    await bareAgent?.stop();
    return {
      rows: [compare('add-inside', 'bare netlink loop', 1.6, ours, bare)],
      notes: { messagesOfAnAdd: loop.messages, ...(quick ? {} : { agentWithoutPlanning: median(node) }) },
    };
  } finally {
    await world.close();
  }
};
