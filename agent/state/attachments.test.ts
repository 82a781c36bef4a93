import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { attachment, vrf } from '../plan/scenarios.testing.ts';
import { type AttachmentRecord, AttachmentStore } from './attachments.ts';
import { VrfStore } from './vrfs.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'multivrf-state-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function record(containerId: string, device: string, network = 'net'): AttachmentRecord {
  const one = attachment(vrf('bridge', 'device'), 'device', { interface: device });
  return {
    version: 1,
    owner: { namespace: 'bgp', pod: 'speaker-0', containerId, interface: device },
    network,
    netns: { path: '/run/netns/c1', inode: 4026532000 },
    attachment: one,
  };
}

test('an attachment survives the agent, whole', () => {
  const one = record('c1', 'net1');
  new AttachmentStore(directory).put(one);
  expect(new AttachmentStore(directory).list()).toEqual([one]);
});

test('the attachments of a chain are those of its container, network and primary interface', () => {
  const store = new AttachmentStore(directory);
  for (const one of [record('c1', 'net1'), record('c1', 'net2'), record('c2', 'net1'), record('c1', 'net3', 'other')])
    store.put(one);
  const devices = store.of('c1', 'net', 'eth0').map(({ owner }) => owner.interface);
  expect(devices.toSorted()).toEqual(['net1', 'net2']);
  expect(store.of('c1', 'net', 'eth9')).toEqual([]);
});

test('a removed attachment is forgotten', () => {
  const store = new AttachmentStore(directory);
  store.put(record('c1', 'net1'));
  store.remove(record('c1', 'net1'));
  expect(new AttachmentStore(directory).list()).toEqual([]);
});

test('a record of another version, or of nothing, is reported', () => {
  writeFileSync(join(directory, 'old.json'), JSON.stringify({ ...record('c1', 'net1'), version: 0 }));
  writeFileSync(join(directory, 'empty.json'), 'null');
  const store = new AttachmentStore(directory);
  expect(store.list()).toEqual([]);
  expect(store.unreadable.map(({ reason }) => reason)).toEqual(Array(2).fill('not an attachment record of version 1'));
});

test.each([
  ['attachment.vrf.backend', { vrf: { ...vrf('bridge', 'device'), backend: 'none' } }],
  ['attachment.vrf.name', { vrf: { ...vrf('bridge', 'device'), name: '../../etc' } }],
  ['attachment.addresses.0', { addresses: ['192.0.2.2'] }],
  ['attachment.mac', { mac: 2 }],
  ['attachment.pod.table', { pod: { kind: 'device' } }],
])('a record with a %s that cannot be is reported by that name', (field, wrong) => {
  const good = record('c1', 'net1');
  new AttachmentStore(directory).put({ ...good, attachment: { ...good.attachment, ...wrong } as never });
  const store = new AttachmentStore(directory);
  expect(store.list()).toEqual([]);
  expect(store.unreadable[0]?.reason).toMatch(field);
});

test('a record under the name of another is reported, and goes by the name of its file', () => {
  new AttachmentStore(directory).put(record('c1', 'net1'));
  renameSync(join(directory, 'c1,net1.json'), join(directory, 'c2,net1.json'));
  const store = new AttachmentStore(directory);
  expect(store.unreadable).toMatchObject([{ reason: 'it is the record of container c1, interface net1' }]);
  store.discard(store.unreadable[0]!);
  expect([store.unreadable, readdirSync(directory)]).toEqual([[], []]);
});

test('a VRF made on this node survives the agent until it is removed', () => {
  const made = vrf('routed', 'device');
  new VrfStore(directory).put(made);
  const store = new VrfStore(directory);
  expect([store.get('customer-a'), store.get('customer-b')]).toEqual([made, undefined]);
  store.remove('customer-a');
  expect(new VrfStore(directory).list()).toEqual([]);
});

test('a file that is no VRF is reported', () => {
  writeFileSync(join(directory, 'x.json'), '{"name":"x"}');
  expect(new VrfStore(directory).unreadable).toEqual([
    { file: join(directory, 'x.json'), name: ['x'], reason: expect.stringMatching(/^not a record of a VRF: mode: /) },
  ]);
});
