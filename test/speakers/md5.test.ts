/** TCP MD5 is what the kernel checks, not only what the configurations say. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Pod } from '../support/chain.ts';
import { possible } from '../support/combinations.ts';
import type { Netns } from '../support/netns.ts';
import { type Peer, type Side, type Speaker, Speakers } from '../support/speakers.ts';
import { pool, routerOf, VrfScene } from '../support/vrf-scene.ts';

const combination = possible.find(({ mode }) => mode === 'bridge')!;
const router4 = routerOf.bridge.address4;
const side: Side =
  combination.pod === 'device' ? { kind: 'device', vrf: 'customer-a' } : { kind: 'rules', interface: 'net1' };
let scene: VrfScene;
let speakers: Speakers;
let pod: Pod;

beforeAll(async () => {
  speakers = await Speakers.open();
  scene = await VrfScene.open(combination);
  pod = await scene.attach();
});
afterAll(async () => {
  await scene?.close();
  await speakers?.close();
});

/** Segments that the kernel refused for a wrong signature (net/ipv4/proc.c). */
async function refusedSignatures(netns: Netns): Promise<number> {
  const [names = '', values = ''] = (await netns.run('grep', ['^TcpExt:', '/proc/net/netstat'])).split('\n');
  return Number(values.split(' ')[names.split(' ').indexOf('TCPMD5Failure')]);
}

test('a router with another password gets no session, and the kernel counts its segments as refused', async () => {
  const peer = (address: string, local: string, asn: number, password: string): Peer => ({
    address,
    local,
    asn,
    hops: 1,
    password,
  });
  const speaker: Speaker = await speakers.start('BIRD', pod.netns, 'pod', {
    asn: 65001,
    routerId: pool.pod4,
    side,
    peers: [peer(router4, pool.pod4, 65010, 'right')],
    announces: [],
  });
  await speakers.start('GoBGP', scene.customer.router, 'router', {
    asn: 65010,
    routerId: router4,
    side: { kind: 'main' },
    peers: [peer(pool.pod4, router4, 65001, 'wrong')],
    announces: [],
  });
  const refused = async () => (await refusedSignatures(pod.netns)) + (await refusedSignatures(scene.customer.router));
  for (let tries = 0; (await refused()) < 3 && tries < 100; tries++) await sleep(100);
  expect(await refused()).toBeGreaterThanOrEqual(3);
  expect((await speaker.session(router4)).state).not.toBe('Established');
});
