/** What stays behind: memory while idle, with 250 attachments and after 10,000 have come and gone, and what the kernel holds then. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import type { Group } from './group.ts';
import { pause } from './pause.ts';
import { compare, limited } from './rows.ts';
import { type Pod, World } from './world.ts';

/** Attached, then detached at once. */
const pods = 64;
const standing = 250;
/** What a burst has taken is given back after 2 s of quiet; the collector's looks after it take some of that again. Milliseconds. */
const settled = 10_000;

/** Everything that an attachment could leave, one object a line. */
function state(world: World): string[] {
  const places = ['/proc/self/ns/net', '/run/netns/bench'];
  const commands = [
    ['ip', '-o', 'link', 'show'],
    ...['-4', '-6'].flatMap((family) => [
      ['ip', family, '-o', 'address', 'show'],
      ['ip', family, 'route', 'show', 'table', 'all'],
      ['ip', family, 'rule', 'show'],
    ]),
    ['bridge', 'fdb', 'show'],
    ['tc', 'qdisc', 'show'],
  ];
  const objects = places.flatMap((place) =>
    commands.flatMap((command) => execaSync('nsenter', [`--net=${place}`, ...command]).stdout.split('\n')),
  );
  const files = readdirSync(join(world.directory, 'state'), { recursive: true, encoding: 'utf8' });
  return [...objects, ...files, ...Array.from({ length: world.agent.descriptors }, (_, i) => `descriptor ${i}`)].sort();
}

function comeAndGo(world: World, all: readonly Pod[], times: number): void {
  for (let done = 0; done < times; done += all.length) {
    for (const pod of all) world.attach(pod, 'bench');
    world.detach(all);
  }
  pause(settled);
}

export const churn: Group = async (quick) => {
  const world = new World([{ name: 'bench', mode: 'bridge' }]);
  try {
    world.startAgent();
    pause(settled);
    const idle = world.agent.memory;
    const held = world.pods(standing);
    for (const pod of held) world.attach(pod, 'bench');
    pause(settled);
    const withPods = world.agent.memory;
    world.detach(held);
    const all = world.pods(pods);
    comeAndGo(world, all, 2_000);
    const [before, memoryBefore] = [state(world), world.agent.memory];
    comeAndGo(world, all, quick ? 1_000 : 10_000);
    const [after, memoryAfter] = [state(world), world.agent.memory];
    const different = [
      ...before.filter((line) => !after.includes(line)),
      ...after.filter((line) => !before.includes(line)),
    ];
    const row = compare('state-after-10000', 'before', 1, [after.length], [before.length], 'objects');
    return {
      rows: [
        limited('agent-rss-idle', 64, [idle], 'MiB'),
        limited('agent-rss-250', 72, [withPods], 'MiB'),
        limited('agent-rss-growth', 3, [Math.abs(memoryAfter - memoryBefore)], 'MiB'),
        { ...row, ok: different.length === 0 },
      ],
      notes: { different, memoryBefore, memoryAfter },
    };
  } finally {
    await world.close();
  }
};
