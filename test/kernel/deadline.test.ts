/** What the agent does when time runs out, and when many ask at once. */
import { closeSync, openSync } from 'node:fs';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { inNamespace } from '../../agent/apply/inside.ts';
import { dumpLinks } from '../../agent/netlink/codec/link.ts';
import { NLM_F } from '../../agent/netlink/constants.ts';
import { encodeMessage } from '../../agent/netlink/message.ts';
import { netlinkSocket, send as sendNetlink } from '../../agent/netlink/sys/libc.ts';
import type { Reply, Request } from '../../common/protocol.ts';
import { connect, listenTo, sendAll, send as sendTo } from '../../scripts/fuzz/unix-client.ts';
import type { Pod } from '../support/chain.ts';
import { Scene, specWith } from '../support/scene.ts';

let scene: Scene;
let pod: Pod;
beforeAll(async () => {
  scene = await Scene.open({ 'customer-a': specWith() });
  pod = await scene.pod('speaker-0');
});
afterAll(() => scene?.close());

const args = 'K8S_POD_NAMESPACE=bgp;K8S_POD_NAME=speaker-0';
const common = { protocol: 1, verb: 'ADD', network: 'test', containerId: 'c1', ifname: 'eth0', args } as const;

/** Asks as the plugin's build without descriptors does: the agent enters the namespace by itself. */
async function ask(request: Request): Promise<Reply> {
  const client = net.connect(scene.agent.socket);
  client.write(`${JSON.stringify(request)}\n`);
  return JSON.parse(await text(client));
}

test('an ADD that is not done in time is undone, and its slowest step named', async () => {
  const request = { ...common, timeout: 0.01, netns: pod.netns.path, attach: 'customer-a', hasSocket: false };
  expect(await scene.leavesNothing([pod], () => ask(request))).toEqual({
    ok: false,
    error: {
      code: 11,
      msg: expect.stringMatching(/^not done within 0\.010 ms: the slowest step, .+, took \d/),
      details: expect.stringContaining('"timeoutSeconds" in the conflist sets the time'),
    },
  });
});

/** The answer to a request of a million bytes and no end. */
async function endless(): Promise<Reply> {
  const client = connect(scene.agent.socket, 0);
  await sendAll(client, Buffer.alloc(1_000_000, 'x'));
  return JSON.parse(await listenTo(client, false, 20_000));
}

test('requests that do not end fill no memory: those beyond 16 MiB are told to come again', async () => {
  const unfinished = Array.from({ length: 20 }, endless);
  expect(await Promise.race(unfinished)).toMatchObject({
    error: { code: 11, msg: 'unfinished requests take up more than 16777216 bytes' },
  });
  // The others have their answers while the next test waits.
  void Promise.allSettled(unfinished);
});

test('clients that connect and say nothing hold nobody up for long, even when they are more than the agent takes', async () => {
  const silent = Array.from({ length: 1100 }, () => listenTo(connect(scene.agent.socket, 0), false, 20_000));
  const added = await scene.attach(pod, 'customer-a');
  expect(added).toMatchObject({ interfaces: expect.arrayContaining([expect.objectContaining({ name: 'net1' })]) });
  await scene.detach(pod, 'customer-a');
  const answers = await Promise.all(silent);
  expect(JSON.parse(answers[0]!)).toMatchObject({ error: { code: 6, msg: 'no whole request within 5000 ms' } });
  // How many are too many depends on how fast they come: those turned away hear nothing.
  expect([answers[0], '']).toEqual(expect.arrayContaining([...new Set(answers)]));
});

test('a netlink socket that is busy is for the plugin to try again', async () => {
  for (let i = 0; i < 6; i++) await pod.netns.run('ip', ['link', 'add', `busy${i}`, 'type', 'bridge']);
  const netns = openSync(pod.netns.path, 'r');
  const socket = inNamespace(netns, netlinkSocket);
  // A dump of which nothing was read is not done: the kernel refuses another one (EBUSY).
  sendNetlink(socket, encodeMessage(dumpLinks(), 4711, NLM_F.REQUEST));
  const request = { ...common, timeout: 10_000, netns: pod.netns.path, attach: 'customer-a', hasSocket: true };
  const client = connect(scene.agent.socket, 0);
  sendTo(client, Buffer.from(`${JSON.stringify(request)}\n`), [socket]);
  const answer = () => listenTo(client, false, 10_000);
  expect(JSON.parse(await scene.leavesNothing([pod], answer))).toMatchObject({
    error: { code: 11, msg: expect.stringContaining('EBUSY'), details: expect.stringContaining('tries again') },
  });
  for (const descriptor of [netns, socket]) closeSync(descriptor);
});

test('what a plugin asked for that has given up is not done any more', async () => {
  const { pid } = scene.agent;
  process.kill(pid, 'SIGSTOP');
  const request = { ...common, timeout: 1000, netns: pod.netns.path, attach: 'customer-a', hasSocket: false };
  await scene.leavesNothing([pod], async () => {
    const client = net.connect(scene.agent.socket);
    await new Promise<void>((sent) => client.write(`${JSON.stringify(request)}\n`, () => sent()));
    client.destroy();
    process.kill(pid, 'SIGCONT');
    await scene.agent.waitFor(({ msg }) => msg === 'the client has given up');
  });
});
