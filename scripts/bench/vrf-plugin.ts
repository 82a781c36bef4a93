/** The chain of reference plugins with their vrf plugin, which wants VRF devices: on this kernel if it has them, else on the test kernel. */
import { readFileSync } from 'node:fs';
import { execaSync } from 'execa';
import { hasVrfDevices } from '../../test/support/kernel.ts';
import { apart } from './apart.ts';
import type { Answer, Group } from './group.ts';
import { pause } from './pause.ts';
import { Programs } from './programs.ts';
import { compare } from './rows.ts';
import { World } from './world.ts';

/** An ordinary process, in which everything takes many times as long, ours as theirs. */
function inTestKernel(quick: boolean): Answer {
  const node = ['node_modules/node/bin/node', '--disable-warning=ExperimentalWarning', 'scripts/bench/main.ts'];
  const command = [...apart, ...node, '--inside', 'vrfPlugin', ...(quick ? ['--quick'] : [])];
  execaSync('scripts/test-kernel.sh', command, {
    stdio: 'inherit',
    // The root file system that the kernel runs on.
    env: { MULTIVRF_BENCH_PLUGINS: '/usr/lib/cni' },
  });
  return JSON.parse(readFileSync('build/bench/vrfPlugin.json', 'utf8')) as Answer;
}

export const vrfPlugin: Group = async (quick) => {
  if (!hasVrfDevices()) return inTestKernel(quick);
  const [ours, theirs]: [number[], number[]] = [[], []];
  const world = new World([{ name: 'bench', mode: 'bridge' }]);
  try {
    world.startAgent();
    const programs = new Programs(world);
    const runs = quick ? 10 : 40;
    for (let i = -3; i < runs; i++) {
      const [own, other] = world.pods(2) as [ReturnType<World['pod']>, ReturnType<World['pod']>];
      // In turn, and who goes first changes.
      const chain = () => programs.chain(other, true).all;
      const early = i % 2 === 0 ? chain() : undefined;
      const add = programs.ours('ADD', own, true).time();
      const peer = early ?? chain();
      world.detach([own]);
      for (const pod of [own, other]) world.removePod(pod);
      pause(60);
      if (i < 0) continue;
      ours.push(add);
      theirs.push(peer);
    }
    return { rows: [compare('add-vrf-chain', 'ptp→tuning→sbr→vrf', 0.4, ours, theirs)] };
  } finally {
    await world.close();
  }
};
