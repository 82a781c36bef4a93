import { expect, test } from '@jest/globals';
import { plainAddress } from '../routes.ts';
import { claimsInPod, claimsOnNode } from './claims.ts';
import { scenes } from './scenes.testing.ts';

const [bridge, routed] = [scenes['bridge, device']!, scenes['routed, device']!];
const another = '02:00:00:00:0b:ad';
const first = ({ attachment }: typeof bridge) => plainAddress(attachment.addresses[0]!);

test("on the node a pod's address is at the pod's MAC, by interfaces of the VRF", () => {
  const { hostEnd, mac } = routed.attachment;
  const entry = { address: first(routed), mac, dev: hostEnd };
  const stranger = { address: '192.0.2.254', mac: another, dev: 'eth1' };
  expect(claimsOnNode(routed, [entry, stranger, { ...entry, mac: another, dev: 'eth9' }])).toEqual([]);
  expect(claimsOnNode(routed, [{ ...entry, mac: another }])).toEqual([
    {
      kind: 'neighbour on node',
      text: `${first(routed)} is taken to be at ${another} by ${hostEnd}, and belongs to ${mac}`,
    },
  ]);
});

test('in the pod the gateway of a routed VRF is at the host end, and in a bridge other pods are at their own', () => {
  const own = '02:00:00:00:00:01';
  const gateway = { address: '169.254.1.1', mac: own, dev: 'net1' };
  expect(claimsInPod(routed, [gateway], own)).toEqual([]);
  expect(claimsInPod(routed, [{ ...gateway, mac: another }], own)).toHaveLength(1);
  const pod = { address: first(bridge), mac: bridge.attachment.mac, dev: 'net1' };
  expect(claimsInPod(bridge, [pod, { ...gateway, mac: another }], own)).toEqual([]);
  expect(claimsInPod(bridge, [{ ...pod, mac: another }], own)).toMatchObject([{ kind: 'neighbour in pod' }]);
});
