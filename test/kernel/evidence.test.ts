/** Evidence: what `multivrfctl verify` proves of an attachment, and that what is false is told false. */
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { list, verify } from '../../cli/ask.ts';
import { breaches, damages } from '../support/breaches.ts';
import { cluster } from '../support/chain.ts';
import { describeCombinations } from '../support/combinations.ts';
import { Attached, named } from '../support/drift.ts';
import { strictStatus } from '../support/housekeeping.ts';
import { addressesOf } from '../support/observe.ts';
import { ping } from '../support/ping.ts';
import { pool } from '../support/vrf-scene.ts';

const program = resolve(import.meta.dirname, '../../build/multivrfctl.mjs');

describeCombinations((combination) => {
  const { pod: side } = combination;
  const customer = 'from customer-a';
  let attached: Attached;
  let eth0: string[];

  const multivrfctl = (...args: string[]) =>
    execa(process.execPath, [program, '--socket', attached.scene.agent.socket, ...args], { reject: false });

  const listed = () => {
    const one = list(attached.scene.agent.socket).find(({ pod }) => pod === 'speaker-0');
    if (!one) throw new Error('speaker-0 is not listed');
    return one;
  };
  const verified = () => verify(attached.scene.agent.socket, listed()).statements;

  const doubts = () => verified().filter(({ verdict }) => verdict !== 'holds');
  const broken = () =>
    verified()
      .filter(({ verdict }) => verdict === 'broken')
      .map(({ text }) => text);

  beforeAll(async () => {
    attached = await Attached.open(combination);
    const { scene, pod } = attached;
    await scene.addCustomer('customer-b', 'eth2');
    await scene.attach('speaker-b', 'customer-b=192.0.2.77/24+2001:db8::77/64');
    eth0 = (await addressesOf(pod.netns, 'eth0')).map((address) => address.split('/')[0] ?? '');
  });
  afterAll(() => attached?.close());

  test('every statement about a fresh attachment holds, and CHECK agrees', async () => {
    expect(doubts()).toEqual([]);
    expect(verified().map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        `${customer}, node address ${cluster.gateway4}: unreachable`,
        `${customer}, node address ${cluster.gateway6}: unreachable`,
        ...eth0.map((address) => `${customer}, pod eth0 ${address}: unreachable`),
        `${customer}, customer-b: unreachable`,
        'pod → cluster default via net1: unreachable',
        `${customer}, the node's networks: unreachable`,
        'from node and cluster, customer-a: unreachable',
        'from cluster, node: as without multivrf',
        `customer-a ↔ pod ${pool.pod4}, ${pool.pod6}: carried by the node`,
        'pod ↔ customer-a by net1: delivered',
        'pod ↔ cluster by eth0: as without multivrf',
        'source filter in place',
        'expose filter in place',
      ]),
    );
    expect(await attached.check()).toBeUndefined();
  });

  test('what is made false by hand is told false, by CHECK and by the state too, until it is taken back', async () => {
    for (const { where, by, undo, breaks } of breaches(combination, attached, eth0)) {
      await where.run('sh', ['-ec', by]);
      const is = { by, broken: broken(), state: listed().state };
      const findings = named(await attached.check());
      await where.run('sh', ['-ec', undo]);
      expect(is).toEqual({ by, broken: expect.arrayContaining([...breaks]), state: 'degraded' });
      expect({ by, findings: findings.length }).not.toEqual({ by, findings: 0 });
      expect(new Set(findings).size).toBe(findings.length);
    }
    expect(broken()).toEqual([]);
    expect(listed().state).toBe('attached');
    expect(await strictStatus(attached.scene.agent)).toEqual({});
  });

  test('what is taken away from the node is told false, and holds again when the agent has put it back', async () => {
    const place = attached.scene.place();
    for (const { by, breaks } of damages(combination, attached)) {
      await place.run('sh', ['-ec', by]);
      expect({ by, broken: broken() }).toEqual({ by, broken: expect.arrayContaining(breaks) });
    }
    const { exitCode, stdout } = await multivrfctl('verify', 'speaker-0');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/bgp\/speaker-0 +net1 +FALSE +source filter in place +the ingress filter of host end /);
    expect(await strictStatus(attached.scene.agent)).toMatchObject({
      code: 51,
      msg: expect.stringMatching(/^interface net1 of pod bgp\/speaker-0 in VRF customer-a: it is not isolated/),
    });
    await attached.scene.agent.restart();
    expect(doubts()).toEqual([]);
    expect((await multivrfctl('verify', 'speaker-0')).exitCode).toBe(0);
  });

  test('without a socket inside the pod, nothing is proven of the pod', async () => {
    const away = await execa(
      'unshare',
      [
        '--mount',
        '--propagation',
        'private',
        'sh',
        '-ec',
        'mount -t tmpfs tmpfs /run/netns && exec "$@"',
        'sh',
        process.execPath,
        program,
        '--socket',
        attached.scene.agent.socket,
        'verify',
        'speaker-0',
      ],
      { reject: false },
    );
    expect(away.exitCode).toBe(2);
    expect(away.stdout).toMatch(/unknown +pod → cluster default via net1: unreachable/);
    expect(away.stdout).toMatch(/true +source filter in place/);
  });

  test('an agent that is away is no statement that is false', async () => {
    const { exitCode, stderr } = await execa(process.execPath, [program, '--socket', '/nowhere', 'verify'], {
      reject: false,
    });
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^multivrfctl: agent cannot be reached: connect\(\/nowhere\): ENOENT .*; is multivrf-agent/);
  });

  test("another pod's namespace proves nothing of this one", async () => {
    const [other] = list(attached.scene.agent.socket).filter(({ pod }) => pod === 'speaker-b');
    const disguised = { ...listed(), netns: other?.netns ?? '' };
    expect(() => verify(attached.scene.agent.socket, disguised)).toThrow(/^the socket .* is of network namespace/);
  });

  test('dropped packets are counted, and filters told in words', async () => {
    const before = listed().drops ?? -1;
    const { scene, pod } = attached;
    // Nothing listens, and nobody is to know: the port is not exposed.
    await scene.customer.router.run('bash', ['-c', `echo probe >/dev/udp/${pool.pod4}/53`]);
    expect(await ping(scene.customer.router, pool.pod4)).toBe(true);
    expect(listed().drops).toBeGreaterThan(before);
    const { stdout } = await multivrfctl('filters', pod.name);
    expect(stdout).toContain(`pass  tcp/179 to ${pool.pod4}, ${pool.pod6}`);
    expect(stdout).toContain(`pass  IPv4 from ${pool.pod4}`);
  });

  if (side === 'device') {
    // With its VRF the pod end loses addresses and routes: the pod does not recover from that.
    test('a pod end that is out of its VRF lets the customer reach the cluster interface', async () => {
      await attached.pod.netns.run('ip', ['link', 'set', 'net1', 'nomaster']);
      expect(broken()).toEqual(
        expect.arrayContaining(eth0.map((address) => `${customer}, pod eth0 ${address}: unreachable`)),
      );
    });
  }
});
