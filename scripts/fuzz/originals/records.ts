/** State files and spool notes as plugin and agent write them. */

import { hostEndName } from '../../../agent/plan/names.ts';
import { attachment, vrf } from '../../../agent/plan/scenarios.testing.ts';
import type { AttachmentRecord } from '../../../agent/state/attachments.ts';
import type { DelRequest } from '../../../common/protocol.ts';

const network = 'cluster';
const primary = 'eth0';

function record(containerId: string, device: string, made: AttachmentRecord['attachment']): AttachmentRecord {
  const owner = { namespace: 'bgp', pod: containerId, containerId, interface: device };
  const hostEnd = hostEndName(containerId, device);
  const netns = { path: `/run/netns/${containerId}`, inode: 4026532000 };
  return { version: 1, owner, network, netns, attachment: { ...made, interface: device, primary, hostEnd } };
}

/** Records of containers c0, c1, …, in every mode and backend that exists. */
export const records: readonly AttachmentRecord[] = [
  record('c0', 'net1', attachment(vrf('bridge', 'device', { name: 'fuzz-a' }), 'rules')),
  record('c1', 'net1', attachment(vrf('bridge', 'namespace', { name: 'fuzz-b' }), 'device')),
  record('c2', 'net2', attachment(vrf('routed', 'device', { name: 'fuzz-c' }), 'device')),
  record('c3', 'net1', attachment(vrf('routed', 'namespace', { name: 'fuzz-d' }), 'rules')),
];

/** One that nothing ever happens to. */
export const intact: AttachmentRecord = record(
  'intact',
  'net1',
  attachment(vrf('bridge', 'device', { name: 'intact', podPrefixes: ['203.0.113.0/24'] }), 'rules', {
    addresses: ['203.0.113.2/24'],
    alias: 'multivrf:intact:bgp/intact:net1',
    routes: [],
  }),
);

/** Where a record lies, without the directory. */
export function recordName({ owner }: AttachmentRecord): string {
  return `${owner.containerId},${owner.interface}.json`;
}

function note(containerId: string): DelRequest {
  const args = `IgnoreUnknown=1;K8S_POD_NAMESPACE=bgp;K8S_POD_NAME=${containerId}`;
  const head = { protocol: 1, verb: 'DEL', network, timeout: 20_000 } as const;
  return { ...head, containerId, ifname: primary, netns: '', args, hasSocket: false };
}

/** DELs of the containers in {@link records}. */
export const notes: readonly DelRequest[] = records.map(({ owner }) => note(owner.containerId));
