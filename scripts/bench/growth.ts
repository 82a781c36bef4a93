/** What an ADD takes, exec to exit, with 1,000 attachments beside one with 10, in turn, and how much of that is the kernel's. */
import { execaSync } from 'execa';
import { recordedAdd } from './bare.ts';
import type { Group } from './group.ts';
import { makeNamespace } from './namespaces.ts';
import { pause } from './pause.ts';
import { Programs } from './programs.ts';
import { compare, type Row } from './rows.ts';
import { median } from './statistics.ts';
import { type BenchVrf, type Pod, World } from './world.ts';

const router = '/run/netns/router';
const [few, many] = [10, 1_000];
/** New attachments measured before they are taken back: few, since they count as present. */
const batch = 5;

interface Samples {
  ours: number[];
  /** What of ours the agent has taken. */
  agent: number[];
  bare: number[];
}

function connectRouter(): void {
  makeNamespace(router);
  execaSync('ip', ['link', 'add', 'uplink0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', router]);
  execaSync('ip', ['-netns', 'router', 'link', 'set', 'eth0', 'up']);
}

const none = (): Samples => ({ ours: [], agent: [], bare: [] });

function sample(world: World, programs: Programs, run: () => number, count: number, into: Samples): void {
  const before = world.agent.adds.length;
  for (let i = 0; i < count; i += batch) {
    const pods = world.pods(batch);
    for (const pod of pods) into.ours.push(programs.ours('ADD', pod, true).time());
    world.detach(pods);
    pause(100);
    for (let j = 0; j < batch; j++) into.bare.push(run());
    pause(100);
  }
  into.agent.push(...world.agent.adds.slice(before));
}

async function measure(
  mode: BenchVrf['mode'],
  quick: boolean,
): Promise<{ row: Row; notes: Record<'agent' | 'bareLoop', [few: number, many: number]> }> {
  // A router that the pods' kernels report to, as in every VRF that leads somewhere.
  const world = new World([
    { name: 'bench', mode, ...(mode === 'bridge' ? { uplink: { interface: 'uplink0' } } : {}) },
  ]);
  const [small, large] = [none(), none()];
  try {
    connectRouter();
    world.startAgent(undefined, ['--log-level', 'debug']);
    const programs = new Programs(world);
    const { run } = await recordedAdd(world, 'bench');
    const standing = world.pods(many);
    const fill = (pods: readonly Pod[]) => {
      for (const pod of pods) world.attach(pod, 'bench');
    };
    fill(standing.slice(0, few));
    for (let round = 0; round < (quick ? 1 : 4); round++) {
      sample(world, programs, run, 40, small);
      fill(standing.slice(few));
      // What the agent looks at again because so much has changed is not part of the ADDs that follow: within a second it
      // begins, and takes another or two.
      pause(5_000);
      sample(world, programs, run, 40, large);
      world.detach(standing.slice(few));
      pause(500);
    }
    return {
      row: compare(`growth-${mode}`, `with ${few} attachments`, 1.3, large.ours, small.ours),
      notes: {
        agent: [median(small.agent), median(large.agent)],
        bareLoop: [median(small.bare), median(large.bare)],
      },
    };
  } finally {
    await world.close();
  }
}

export const growth: Group = async (quick) => {
  const routed = await measure('routed', quick);
  const bridge = await measure('bridge', quick);
  return {
    rows: [routed.row, bridge.row],
    notes: { growthWithFewAndMany: { routed: routed.notes, bridge: bridge.notes } },
  };
};
