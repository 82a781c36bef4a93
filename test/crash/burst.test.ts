/** All pods of a node at once, as after a reboot, with the agent killed among them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { attachAnnotation, type CniResult, podAnnotationsCapability } from '../../common/cni.ts';
import { Prepared } from '../../scripts/bench/spawn.ts';
import { Scene, specWith } from '../support/scene.ts';
import { eventually, snapshot } from '../support/snapshot.ts';

/** The test kernel has one slow CPU: there this many plugins do not even start within their deadline. */
const count = availableParallelism() > 1 ? 250 : 25;
const plugin = resolve(import.meta.dirname, '../../build/multivrf');

let scene: Scene;
let pods: string[];
let before: unknown;
beforeAll(async () => {
  scene = await Scene.open({ 'customer-a': specWith({ addresses: { pools: [{ subnet: '10.64.0.0/20' }] } }) });
  const { realName } = await scene.lab.namespace('pod');
  pods = Array.from({ length: count }, (_, i) => `${realName}.${i}`);
  await execa('sh', ['-ec', 'for name; do ip netns add "$name"; done', 'sh', ...pods]);
  before = await everything();
});
afterAll(() => scene?.close());

/** What a pod may leave. The VRF itself stays: it is defined. */
async function everything(): Promise<unknown> {
  const { agent, node } = scene;
  const links = (await snapshot(node)).links as { ifname: string }[];
  return {
    hostEnds: links.filter(({ ifname }) => ifname.startsWith('mv')),
    records: readdirSync(join(agent.stateDirectory, 'attachments')),
    notes: readdirSync(join(dirname(agent.socket), 'spool')),
  };
}

const stdoutOf = (pod: string) => join(scene.lab.directory, `${pod}.out`);

/** One call for each pod, none of them started yet. */
function prepare(verb: 'ADD' | 'DEL'): Prepared[] {
  const stdin = join(scene.lab.directory, 'stdin');
  const conf = {
    cniVersion: '1.0.0',
    name: 'cluster',
    type: 'multivrf',
    agentSocket: scene.agent.socket,
    runtimeConfig: { [podAnnotationsCapability]: { [attachAnnotation]: 'customer-a' } },
    ...(verb === 'ADD' ? { prevResult: { cniVersion: '1.0.0' } } : {}),
  };
  writeFileSync(stdin, JSON.stringify(conf));
  return pods.map((pod) => {
    const env = {
      CNI_COMMAND: verb,
      CNI_CONTAINERID: pod,
      CNI_NETNS: `/run/netns/${pod}`,
      CNI_IFNAME: 'eth0',
      CNI_PATH: '',
      CNI_ARGS: `K8S_POD_NAMESPACE=bgp;K8S_POD_NAME=${pod}`,
    };
    return new Prepared({ file: plugin, env, stdin, stdout: stdoutOf(pod) });
  });
}

/** All calls at once; when `inTheMiddle` is true, the agent is killed and comes back. Throws what a call printed that failed. */
async function run(verb: 'ADD' | 'DEL', inTheMiddle: () => boolean): Promise<void> {
  const started = prepare(verb).map((call) => ({ call, pid: call.start() }));
  for (let waited = 0; !inTheMiddle() && waited < 10_000; waited += 5) await sleep(5);
  await scene.agent.kill();
  // In the middle it was.
  expect(records()).toBeGreaterThan(0);
  expect(records()).toBeLessThan(count);
  await scene.agent.start();
  for (const { call, pid } of started) call.wait(pid);
}

const records = () => readdirSync(join(scene.agent.stateDirectory, 'attachments')).length;

test(`${count} pods that start while the agent is killed get their attachments within their deadline`, async () => {
  await run('ADD', () => records() > count / 4);
  const results = pods.map((pod) => JSON.parse(readFileSync(stdoutOf(pod), 'utf8')) as CniResult);
  expect(new Set(results.map(({ ips }) => ips?.[0]?.address)).size).toBe(count);
  expect(records()).toBe(count);
});

test(`${count} pods that stop while the agent is killed leave nothing`, async () => {
  await run('DEL', () => records() < count * 0.9);
  expect(await eventually(everything, before)).toEqual(before);
  await execa('sh', ['-ec', 'for name; do ip netns del "$name"; done', 'sh', ...pods]);
});
