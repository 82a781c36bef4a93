/** What the agent does when time runs out, and when many ask at once. */
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Reply, Request } from '../../common/protocol.ts';
import type { Pod } from '../support/chain.ts';
import { Scene, specWith } from '../support/scene.ts';

jest.setTimeout(60_000);

let scene: Scene;
let pod: Pod;
beforeAll(async () => {
  scene = await Scene.open({ 'customer-a': specWith() });
  pod = await scene.pod('speaker-0');
});
afterAll(() => scene?.close());

/** Asks as the plugin's build without descriptors does: the agent enters the namespace by itself. */
async function ask(request: Request): Promise<Reply> {
  const client = net.connect(scene.agent.socket);
  client.write(`${JSON.stringify(request)}\n`);
  return JSON.parse(await text(client));
}

test('an ADD that is not done in time is undone, and its slowest step named', async () => {
  const args = 'K8S_POD_NAMESPACE=bgp;K8S_POD_NAME=speaker-0';
  const common = { protocol: 1, verb: 'ADD', network: 'test', containerId: 'c1', ifname: 'eth0', args } as const;
  const request = { ...common, timeout: 0.01, netns: pod.netns.path, attach: 'customer-a', hasSocket: false };
  expect(await scene.leavesNothing([pod], () => ask(request))).toEqual({
    ok: false,
    error: {
      code: 11,
      msg: expect.stringMatching(/^not done within 0\.010 ms: the slowest step, "[^"]+"( and \d+ more)?, took /),
      details: expect.stringContaining('"timeoutSeconds" in the conflist sets the time'),
    },
  });
});

test('clients that connect and say nothing hold nobody up', async () => {
  const silent = Array.from({ length: 300 }, () => net.connect(scene.agent.socket).on('error', () => {}));
  await Promise.all(silent.map((client) => new Promise((connected) => client.once('connect', connected))));
  const added = await scene.attach(pod, 'customer-a');
  expect(added).toMatchObject({ interfaces: expect.arrayContaining([expect.objectContaining({ name: 'net1' })]) });
  await scene.detach(pod, 'customer-a');
  const [first] = await Promise.all(silent.map((client) => text(client)));
  expect(JSON.parse(first!)).toMatchObject({ error: { code: 6, msg: 'no whole request within 5000 ms' } });
});

test('what a plugin asked for that has given up is not done any more', async () => {
  const { pid } = scene.agent;
  process.kill(pid, 'SIGSTOP');
  const args = 'K8S_POD_NAMESPACE=bgp;K8S_POD_NAME=speaker-0';
  const common = { protocol: 1, verb: 'ADD', network: 'test', containerId: 'c2', ifname: 'eth0', args } as const;
  const request = { ...common, timeout: 1000, netns: pod.netns.path, attach: 'customer-a', hasSocket: false };
  await scene.leavesNothing([pod], async () => {
    const client = net.connect(scene.agent.socket);
    await new Promise<void>((sent) => client.write(`${JSON.stringify(request)}\n`, () => sent()));
    client.destroy();
    process.kill(pid, 'SIGCONT');
    const refusal = () => scene.agent.log().find(({ msg }) => msg === 'the client has given up');
    for (let i = 0; i < 100 && !refusal(); i++) await sleep(50);
    expect(refusal()).toBeDefined();
  });
});
