/** What the agent may do, and what it needs for that. */
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { execa, type ResultPromise } from 'execa';
import { inNamespace } from '../../agent/apply/inside.ts';
import { netlinkSocket } from '../../agent/netlink/sys/libc.ts';
import { connect, listenTo, send } from '../../scripts/fuzz/unix-client.ts';
import { add, del, makePod, resultOf, runBridge, runMultivrf } from '../support/chain.ts';
import { describeCombinations, possible } from '../support/combinations.ts';
import { type AgentOptions, privileges } from '../support/confinement.ts';
import { Lab } from '../support/lab.ts';
import type { Netns } from '../support/netns.ts';
import { addressesOf, linkNames } from '../support/observe.ts';
import { ping } from '../support/ping.ts';
import { snapshot } from '../support/snapshot.ts';
import { pool, routerOf, VrfScene } from '../support/vrf-scene.ts';

/** CAP_NET_ADMIN (linux/capability.h: bit 12) and nothing else. */
const netAdminOnly = '0000000000001000';

let scene: VrfScene;
afterEach(() => scene?.close());

describeCombinations(
  (combination) => {
    test.each([0, 65534])('CAP_NET_ADMIN alone is enough for an agent with uid %d', async (uid) => {
      scene = await VrfScene.open(combination, { agent: { capabilities: 'net_admin', uid } });
      const status = readFileSync(`/proc/${scene.agent.pid}/status`, 'utf8');
      expect(status).toMatch(new RegExp(`^Uid:\\s+${uid}\\s`, 'm'));
      for (const set of ['CapPrm', 'CapEff', 'CapBnd'])
        expect(status).toMatch(new RegExp(`^${set}:\\s+${netAdminOnly}$`, 'm'));
      expect(status).toMatch(/^NoNewPrivs:\s+1$/m);

      const pod = await scene.attach();
      expect(await ping(scene.customer.router, pool.pod4)).toBe(true);
      expect(await ping(pod.netns, routerOf[combination.mode].address6, { device: 'net1' })).toBe(true);
      await scene.agent.restart();
      resultOf(await del(scene.lab, pod, 'customer-a'));
      expect(await ping(scene.customer.router, pool.pod4, { tries: 1 })).toBe(false);
    });
  },
  ({ backend }) => backend === 'device',
);

test('a VRF in a namespace of its own needs CAP_SYS_ADMIN, and the error says so', async () => {
  scene = await VrfScene.open(
    { mode: 'bridge', backend: 'namespace', pod: 'rules' },
    { agent: { capabilities: 'net_admin' } },
  );
  const pod = await makePod(scene.lab, scene.node, 'speaker-0');
  const answer = await add(scene.lab, pod, 'customer-a');
  expect(answer).toMatchObject({ code: 101, details: expect.stringContaining('CAP_SYS_ADMIN') });
});

describe('what an agent must not be able to do', () => {
  const program = resolve(import.meta.dirname, '../support/forbidden.ts');
  const everything = [
    ...['a raw socket', 'a packet socket', 'ptrace', 'opening /dev/mem', 'making such a device'],
    ...['mount', 'unshare', 'setns', 'chroot'],
  ];
  let lab: Lab;
  let strangers: Netns;
  /** A process of somebody with all privileges. */
  let stranger: ResultPromise;
  beforeAll(async () => {
    lab = Lab.open();
    strangers = await lab.namespace('stranger');
    stranger = execa('sleep', ['600'], { reject: false });
  });
  afterAll(async () => {
    stranger?.kill();
    await stranger;
    await lab?.close();
  });

  async function attempts(options: AgentOptions): Promise<Record<string, string>> {
    const directory = mkdtempSync(join(lab.directory, 'own-'));
    chownSync(directory, options.uid ?? 0, options.uid ?? 0);
    const own = ['unshare', '--mount', '--propagation', 'private', ...privileges(options), process.execPath];
    const [file = '', ...args] = [...own, program, strangers.path, String(stranger.pid), directory];
    return JSON.parse((await execa(file, args)).stdout);
  }

  test.each([0, 65534])('fails with the privileges it is started with, uid %d', async (uid) => {
    const results = await attempts({ capabilities: 'net_admin', uid });
    expect(Object.keys(results)).toEqual(everything);
    // Opening /dev/mem is refused by its mode (EACCES) or for want of CAP_SYS_RAWIO; a machine may have none (ENOENT).
    const { 'opening /dev/mem': mem, ...others } = results;
    expect(['EPERM', 'EACCES', 'ENOENT']).toContain(mem);
    expect(new Set(Object.values(others))).toEqual(new Set(['EPERM']));
  });

  test('succeeds with all privileges: the attempts are real', async () => {
    const { 'opening /dev/mem': _, ...results } = await attempts({});
    expect(new Set(Object.values(results))).toEqual(new Set(['done']));
  });
});

test('a request changes the namespace whose socket came with it, whatever path it names', async () => {
  const [combination] = possible.filter(({ mode, backend }) => mode === 'bridge' && backend === 'device');
  scene = await VrfScene.open(combination!, { agent: { capabilities: 'net_admin' } });
  const [own, other] = [await makePod(scene.lab, scene.node, 'own'), await makePod(scene.lab, scene.node, 'other')];
  const netns = openSync(own.netns.path, 'r');
  const socket = inNamespace(netns, netlinkSocket);
  const before = await snapshot(other.netns);
  const args = 'K8S_POD_NAMESPACE=bgp;K8S_POD_NAME=own';
  const head = { protocol: 1, network: 'test', timeout: 10_000, containerId: 'c1', ifname: 'eth0', args } as const;
  const request = { ...head, verb: 'ADD', netns: other.netns.path, attach: 'customer-a', hasSocket: true };
  const client = connect(scene.agent.socket, 0);
  send(client, Buffer.from(`${JSON.stringify(request)}\n`), [socket]);
  expect(JSON.parse(await listenTo(client, false, 10_000))).toMatchObject({ ok: true });
  for (const descriptor of [netns, socket]) closeSync(descriptor);
  expect(await linkNames(own.netns)).toContain('net1');
  expect(await snapshot(other.netns)).toEqual(before);
});

describe('the plugin built with pkg, which cannot enter a namespace', () => {
  const [combination] = possible;
  if (!combination) throw new Error('this kernel can do nothing');

  test('works with an agent that can: CAP_SYS_ADMIN', async () => {
    scene = await VrfScene.open(combination);
    const pod = await scene.attach('speaker-0', 'customer-a', { plugin: 'pkg' });
    expect(await ping(scene.customer.router, pool.pod4)).toBe(true);
    expect(await pod.netns.sysctl('net/ipv4/ip_forward')).toBe('0');
    resultOf(await del(scene.lab, pod, 'customer-a', { plugin: 'pkg' }));
    expect(await ping(scene.customer.router, pool.pod4, { tries: 1 })).toBe(false);
  });

  test('says what is missing when the agent cannot', async () => {
    scene = await VrfScene.open(combination, { agent: { capabilities: 'net_admin' } });
    const pod = await makePod(scene.lab, scene.node, 'speaker-0');
    const prev = resultOf(await runBridge(scene.lab, 'ADD', pod));
    const answer = await runMultivrf(scene.lab, 'ADD', pod, 'customer-a', prev, { plugin: 'pkg' });
    expect(answer).toMatchObject({
      code: 5,
      msg: expect.stringContaining(pod.netns.path),
      details: expect.stringContaining('CAP_SYS_ADMIN'),
    });
    await expect(addressesOf(pod.netns, 'net1')).rejects.toThrow('does not exist');
  });
});
