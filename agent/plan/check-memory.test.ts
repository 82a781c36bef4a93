/** CHECK against what others remember: the annotation and the runtime's prevResult. */
import { describe, expect, test } from '@jest/globals';
import type { CniResult } from '../../common/cni.ts';
import type { AttachmentRequest } from '../api/annotation.ts';
import { annotationDrifts, notAttached } from './check-annotation.ts';
import { resultDrifts } from './check-result.ts';
import { scenarios } from './scenarios.testing.ts';

const bridge = scenarios['bridge, device']!;
const routed = scenarios['routed, device']!;
const netns = '/run/netns/pod';

describe('the annotation', () => {
  const drifts = (request: Partial<AttachmentRequest>, one = bridge) =>
    annotationDrifts([{ vrf: 'customer-a', ...request }], one).map(({ text }) => text);

  test.each<[string, Partial<AttachmentRequest>, typeof bridge]>([
    ['names the VRF alone', {}, bridge],
    [
      'says all that was attached',
      { interface: 'net1', mac: bridge.mac, addresses: ['2001:db8::2/64', '192.0.2.2/24'] },
      bridge,
    ],
    ['gives a length to an address without a segment', { addresses: ['198.51.100.2/24', '2001:db8:1::2/64'] }, routed],
    ['names a route of the attachment', { routes: [{ to: '0.0.0.0/0', via: '192.0.2.254' }] }, bridge],
  ])('is as it was when it %s', (_, request, one) => {
    expect(drifts(request, one)).toEqual([]);
  });

  test.each<[Partial<AttachmentRequest>, string]>([
    [{ interface: 'bgp0' }, 'interface bgp0, attached is net1'],
    [{ mac: '02:00:00:00:00:01' }, `MAC 02:00:00:00:00:01, attached is ${bridge.mac}`],
    [{ addresses: ['192.0.2.3/24'] }, 'address 192.0.2.3/24, attached is 192.0.2.2/24, 2001:db8::2/64'],
    [{ routes: [{ to: '10.0.0.0/8' }] }, 'route 10.0.0.0/8, attached is no such route'],
    [{ routes: [{ to: '0.0.0.0/0', via: '192.0.2.7' }] }, 'route 0.0.0.0/0 via 192.0.2.7, attached is no such route'],
  ])('has changed: %j', (request, says) => {
    expect(drifts(request)).toEqual([`the annotation now says ${says}`]);
  });

  test('may name other VRFs than those attached', () => {
    const requests = [{ vrf: 'customer-b' }];
    expect(notAttached(requests, [bridge])).toEqual(['customer-b']);
    expect(annotationDrifts(requests, bridge).map(({ text }) => text)).toEqual([
      'the annotation no longer asks for it',
    ]);
  });
});

describe('prevResult', () => {
  const eth0 = { name: 'eth0', mac: '02:00:00:00:00:02', sandbox: netns };
  const net1 = { name: 'net1', mac: bridge.mac, sandbox: netns };
  const [v4, v6] = bridge.addresses.map((address) => ({ address, interface: 1 }));
  const sound = { interfaces: [eth0, net1], ips: [{ address: '10.88.0.2/16', interface: 0 }, v4!, v6!] };
  const drifts = (changes: object) =>
    resultDrifts({ ...sound, ...changes } as CniResult, netns, bridge).map(({ text }) => text);

  test('that tells what was attached is right', () => {
    expect(drifts({})).toEqual([]);
    expect(drifts({ interfaces: [eth0, { ...net1, mtu: 1500 }] })).toEqual([]);
    expect(drifts({ interfaces: [eth0, net1, { name: 'net1', mac: '02:00:00:00:00:03' }] })).toEqual([]);
  });

  test.each<[string, object, string[]]>([
    [
      'another MAC',
      { interfaces: [eth0, { ...net1, mac: '02:00:00:00:00:01' }] },
      [`prevResult says MAC 02:00:00:00:00:01, attached is ${bridge.mac}`],
    ],
    [
      'no MAC',
      { interfaces: [eth0, { ...net1, mac: undefined }] },
      [`prevResult says MAC none, attached is ${bridge.mac}`],
    ],
    ['another MTU', { interfaces: [eth0, { ...net1, mtu: 9000 }] }, ['prevResult says MTU 9000, attached is 1500']],
    [
      'another sandbox',
      { interfaces: [eth0, { ...net1, sandbox: '/run/netns/other' }] },
      ['prevResult says sandbox /run/netns/other, attached is /run/netns/pod'],
    ],
    ['no such interface', { interfaces: [eth0] }, ['prevResult has no interface net1 in a sandbox']],
    [
      'an interface of that name on the host only',
      { interfaces: [eth0, { ...net1, sandbox: '' }] },
      ['prevResult has no interface net1 in a sandbox'],
    ],
    ['one address less', { ips: [v4] }, ['prevResult lacks its address 2001:db8::2/64']],
    [
      'the address at another interface',
      { ips: [v4, { ...v6, interface: 0 }] },
      ['prevResult lacks its address 2001:db8::2/64'],
    ],
    [
      'an address more',
      { ips: [v4, v6, { address: '192.0.2.9/24', interface: 1 }] },
      ['prevResult gives it the address 192.0.2.9/24, attached is 192.0.2.2/24, 2001:db8::2/64'],
    ],
    ['lists that are none', { interfaces: 'net1', ips: null }, ['prevResult has no interface net1 in a sandbox']],
    ['nothing in its lists', { interfaces: [null, net1], ips: [7, v4, v6] }, []],
  ])('with %s', (_, changes, says) => {
    expect(drifts(changes)).toEqual(says);
  });
});
