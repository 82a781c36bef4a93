import { expect, test } from '@jest/globals';
import * as captured from './captured-links.testing.ts';
import { bytes } from './iproute2.testing.ts';
import { decodeLink } from './link-decode.ts';

test('a bridge port: the host end of an attachment', () => {
  expect(decodeLink(bytes(captured.bridgePort))).toEqual({
    index: 3,
    name: 'eth1',
    up: true,
    alias: 'multivrf:customer-a:bgp/speaker-0:net1',
    mac: '12:88:8f:55:98:ff',
    mtu: 1400,
    master: 4,
    link: 2,
    kind: 'veth',
    table: undefined,
    vlanId: undefined,
    bridge: undefined,
    addrGenMode: 'none',
    ipv4: { forwarding: 1, rpFilter: 2, arpNotify: 1, arpIgnore: 3 },
    bridgePort: { learning: false, flood: false, multicastFlood: true, broadcastFlood: true },
  });
});

test('a bridge', () => {
  expect(decodeLink(bytes(captured.bridge))).toMatchObject({
    index: 4,
    name: 'br0',
    kind: 'bridge',
    alias: undefined,
    master: 0,
    link: 0,
    addrGenMode: 'eui64',
    bridge: { multicastSnooping: false, forwardDelay: 0 },
    bridgePort: undefined,
  });
});

test('a VRF device has a table', () => {
  expect(decodeLink(bytes(captured.vrf))).toMatchObject({
    index: 5,
    name: 'cust',
    kind: 'vrf',
    table: 1001,
    mtu: 65575,
  });
});

test('a VLAN device in a VRF has an id and a parent, but no table of its own', () => {
  expect(decodeLink(bytes(captured.vlan))).toMatchObject({
    name: 'x1.100',
    kind: 'vlan',
    vlanId: 100,
    link: 2,
    master: 5,
    table: undefined,
    bridgePort: undefined,
  });
});

test('the loopback is of no kind', () => {
  expect(decodeLink(bytes(captured.loopback))).toMatchObject({ index: 1, name: 'lo', kind: undefined, up: true });
});

test('a link that we created and have not come to name bears the bare mark', () => {
  const born = captured.bridge.replace(/\s+/g, '').replace('08001b0000000000', '08001b000000776d');
  expect(decodeLink(bytes(born))).toMatchObject({ name: 'br0', alias: 'multivrf' });
});
