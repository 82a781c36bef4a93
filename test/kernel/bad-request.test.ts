/** Requests that are refused for who makes them or how, and requests that fail half-way. */
import { chmodSync } from 'node:fs';
import net from 'node:net';
import { dirname, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { type Pod, runMultivrf } from '../support/chain.ts';
import { Scene, specWith } from '../support/scene.ts';

const plugin = resolve(import.meta.dirname, '../../build/multivrf');

let scene: Scene;
let pod: Pod;
beforeAll(async () => {
  scene = await Scene.open({ 'customer-a': specWith() });
  pod = await scene.pod('speaker-0');
});
afterAll(() => scene?.close());

/** Runs the plugin with this on stdin. */
function plainAdd(input: string) {
  const env = { CNI_COMMAND: 'ADD', CNI_CONTAINERID: 'c1', CNI_NETNS: pod.netns.path, CNI_IFNAME: 'eth0' };
  return scene.leavesNothing([pod], async () =>
    JSON.parse((await execa(plugin, { input, env, reject: false })).stdout),
  );
}

test('a config that is not JSON is refused with its beginning', async () => {
  expect(await plainAdd('cniVersion: 1.0.0')).toEqual({
    cniVersion: '1.1.0',
    code: 6,
    msg: 'the network configuration on stdin is not a JSON object, it begins with "cniVersion: 1.0.0"',
    details: expect.stringContaining('SyntaxError'),
  });
});

test('a config of an unknown version is refused with the versions there are', async () => {
  expect(await scene.refusal(pod, 'customer-a', { cniVersion: '2.0.0' })).toEqual({
    cniVersion: '1.1.0',
    code: 1,
    msg: 'cniVersion: "2.0.0" is not supported',
    details: 'multivrf supports 0.3.1, 0.4.0, 1.0.0, 1.1.0',
  });
});

test('without an agent an annotated pod is refused for now', async () => {
  const agentSocket = '/nowhere/agent.sock';
  expect(await scene.refusal(pod, 'customer-a', { conf: { agentSocket, timeoutSeconds: 0.5 } })).toMatchObject({
    code: 11,
    msg: expect.stringContaining(`the agent does not answer on ${agentSocket}: `),
    details: expect.stringContaining('is the DaemonSet multivrf-agent running on this node?'),
  });
});

test('a pod without a namespace is refused', async () => {
  const gone = { ...pod, netns: Object.assign(Object.create(pod.netns), { path: '/run/netns/mvt-no-such' }) };
  const answer = await scene.leavesNothing([pod], () => runMultivrf(scene.lab, 'ADD', gone, 'customer-a', {}));
  expect(answer).toMatchObject({
    code: 4,
    msg: expect.stringContaining('CNI_NETNS: cannot enter the network namespace /run/netns/mvt-no-such: '),
  });
});

test('a pod with hostNetwork is refused', async () => {
  expect(await scene.refusal({ ...pod, netns: scene.node }, 'customer-a')).toEqual({
    cniVersion: '1.0.0',
    code: 100,
    msg: "the pod's network namespace is the node's own",
    details: 'a pod with hostNetwork cannot be attached to a VRF',
  });
});

test('a peer that is not root is refused, even where it may open the socket', async () => {
  const { socket } = scene.agent;
  for (const directory of [scene.lab.directory, dirname(socket)]) chmodSync(directory, 0o711);
  chmodSync(socket, 0o666);
  const answer = await scene.leavesNothing([pod], async () => text(connectAs(65534, socket)));
  expect(JSON.parse(answer)).toEqual({
    ok: false,
    error: {
      code: 100,
      msg: `uid 65534 (process ${process.pid}) may not speak to the agent`,
      details: 'only root may: the CNI plugin runs as root',
    },
  });
});

/** The kernel notes the effective uid at connect() (SO_PEERCRED), which happens before net.connect() returns. */
function connectAs(uid: number, path: string): net.Socket {
  process.seteuid?.(uid);
  try {
    return net.connect(path);
  } finally {
    process.seteuid?.(0);
  }
}

describe('an attachment that stands', () => {
  test('is not made twice for one container', async () => {
    const twice = await scene.pod('twice');
    await scene.attach(twice, 'customer-a');
    expect(await scene.refusal(twice, 'customer-a')).toEqual({
      cniVersion: '1.0.0',
      code: 100,
      msg: `container ${twice.containerId} has interface net1 in VRF customer-a already`,
      details: 'ADD comes once for each container: DEL it first',
    });
  });
});
