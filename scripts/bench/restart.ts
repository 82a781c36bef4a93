/** An agent that starts and finds 1,000 attachments, some of them damaged: until it answers and all are whole. */
import { execaSync } from 'execa';
import type { Group } from './group.ts';
import { limited, type Row } from './rows.ts';
import { type BenchVrf, World } from './world.ts';

const attachments = 1_000;
const damaged = 10;

const inVrf = (...command: string[]) => execaSync('nsenter', ['--net=/run/netns/bench', ...command]).stdout;

function hostEnds(): string[] {
  return (JSON.parse(inVrf('ip', '-j', 'link', 'show', 'type', 'veth')) as { ifname: string }[]).map(
    ({ ifname }) => ifname,
  );
}

async function measure(mode: BenchVrf['mode'], runs: number): Promise<Row> {
  const world = new World([{ name: 'bench', mode }]);
  const times: number[] = [];
  try {
    world.startAgent();
    for (const pod of world.pods(attachments)) world.attach(pod, 'bench');
    for (let i = 0; i < runs; i++) {
      await world.agent.stop();
      const victims = hostEnds().slice(i * damaged, (i + 1) * damaged);
      for (const dev of victims) inVrf('tc', 'qdisc', 'del', 'dev', dev, 'clsact');
      const began = performance.now();
      world.startAgent();
      times.push(performance.now() - began);
      const open = victims.filter((dev) => !inVrf('tc', 'filter', 'show', 'dev', dev, 'ingress').includes('bpf'));
      if (open.length > 0) throw new Error(`ready, but ${open.length} of ${damaged} host ends are without filters`);
    }
    return limited(`restart-1000-${mode}`, 1_000, times, 'ms');
  } finally {
    await world.close();
  }
}

export const restart: Group = async (quick) => {
  const runs = quick ? 2 : 7;
  return { rows: [await measure('routed', runs), await measure('bridge', runs)] };
};
