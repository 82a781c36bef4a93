import { describe, expect, test } from '@jest/globals';
import type { Site } from '../check-drift.ts';
import { vrfPlace } from '../desired.ts';
import { plainAddress } from '../routes.ts';
import { broken, judged, scenes } from './scenes.testing.ts';
import type { Intrusion } from './statement.ts';
import { statementsOf } from './statements.ts';

const drift = (site: Site) => ({ site, text: 'it is not as it was', heal: '' });

describe.each(Object.entries(scenes))('%s', (_, scene) => {
  const { attachment, vrf } = scene;
  const place = vrfPlace(vrf);
  const atNode = vrf.mode === 'routed' ? [expect.stringMatching(/ARP, ND and echo only$/)] : [];
  const fromPod = ['pod → node by net1: unreachable', "pod → the node's networks and other VRFs by net1: unreachable"];

  test('all statements hold in a sound kernel', () => {
    expect(judged(scene).filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
  });

  test('names node, pod, the other customer, the way to the cluster, and the filters', () => {
    const routed = vrf.mode === 'routed';
    const own = attachment.addresses.map(plainAddress).join(', ');
    expect(judged(scene).map(({ text }) => text)).toEqual([
      'source filter in place',
      'expose filter in place',
      'uplink filter in place',
      'from customer-a, node address 10.0.0.5: unreachable',
      'from customer-a, node address fd00::5: unreachable',
      `from customer-a, the node's loopback, multicast and broadcast${routed ? ', the gateway' : ''}: unreachable`,
      "from customer-a, the node's networks: unreachable",
      'from customer-a, customer-b: unreachable',
      'pod → node by net1: unreachable',
      "pod → the node's networks and other VRFs by net1: unreachable",
      'from node and cluster, customer-a: unreachable',
      'from cluster, node: as without multivrf',
      `customer-a ↔ pod ${own}: carried by the node`,
      ...(routed
        ? ['customer-a and pod → node at 192.0.2.1, 2001:db8::1, 169.254.1.1, fe80::1: ARP, ND and echo only']
        : []),
      'from customer-a, pod eth0 10.244.0.7: unreachable',
      'from customer-a, pod eth0 fd88::7: unreachable',
      'from customer-a through the pod → cluster: unreachable',
      'pod → cluster default via net1: unreachable',
      'pod ↔ customer-a by net1: delivered',
      'from the cluster, pod net1: unreachable',
      'from the cluster through the pod → customer-a: unreachable',
      'pod ↔ cluster by eth0: as without multivrf',
      'pod forwards nothing',
      'router advertisements from customer-a: ignored',
      'nothing else differs from what was made',
    ]);
  });

  test.each<[string, Site, unknown[]]>([
    [
      'the source filter',
      { object: 'filter', in: place, dev: attachment.hostEnd, direction: 'ingress' },
      ['source filter in place', ...fromPod, ...atNode],
    ],
    [
      'the expose filter',
      { object: 'filter', in: place, dev: attachment.hostEnd, direction: 'egress' },
      ['expose filter in place'],
    ],
    [
      'forwarding in the pod',
      { object: 'sysctl', in: 'pod', path: 'net/ipv4/ip_forward' },
      [
        'from customer-a through the pod → cluster: unreachable',
        'from the cluster through the pod → customer-a: unreachable',
        'pod forwards nothing',
      ],
    ],
    [
      'router advertisements',
      { object: 'sysctl', in: 'pod', path: 'net/ipv6/conf/net1/accept_ra' },
      ['router advertisements from customer-a: ignored'],
    ],
    ['a route in the pod', { object: 'route', in: 'pod', dev: 'net1' }, ['nothing else differs from what was made']],
    [
      "a route of the pod's VRF by the cluster interface",
      { object: 'route', in: 'pod', dev: 'eth0' },
      ['pod → cluster default via net1: unreachable'],
    ],
    [
      "the pod's rule for table local",
      { object: 'local-rule', in: 'pod' },
      [
        'from customer-a, pod eth0 10.244.0.7: unreachable',
        'from customer-a, pod eth0 fd88::7: unreachable',
        'from customer-a through the pod → cluster: unreachable',
        'pod → cluster default via net1: unreachable',
        'pod ↔ customer-a by net1: delivered',
        'from the cluster, pod net1: unreachable',
        'from the cluster through the pod → customer-a: unreachable',
        'pod ↔ cluster by eth0: as without multivrf',
      ],
    ],
    [
      'the master of the host end',
      { object: 'link', in: place, dev: attachment.hostEnd },
      [
        ...fromPod,
        'from node and cluster, customer-a: unreachable',
        expect.stringMatching(/: carried by the node$/),
        ...atNode,
      ],
    ],
  ])('a difference of %s makes false what rests on it', (_what, site, texts) => {
    expect(broken(scene, { drifts: [drift(site)] })).toEqual(texts);
  });

  test.each([
    ['a rule on the node', { object: 'rule', in: place }],
    ['the local rule on the node', { object: 'local-rule', in: place }],
    ["the VRF's own link", { object: 'link-settings', in: place, dev: 'customer-a' }],
    ["an address on the VRF's own link", { object: 'address', in: place, dev: 'customer-a' }],
  ] as [string, Site][])('a difference of %s opens the node to the customer', (_what, site) => {
    expect(broken(scene, { drifts: [drift(site)] })).toEqual(
      expect.arrayContaining([
        'from customer-a, node address 10.0.0.5: unreachable',
        'pod → node by net1: unreachable',
      ]),
    );
  });

  test("somebody else's interface in the VRF connects it to anything", () => {
    expect(
      broken(scene, { intrusions: [{ kind: 'interface', text: 'interface eth7 is in VRF customer-a' }] }),
    ).toContain('from customer-a, customer-b: unreachable');
  });

  test.each<[Intrusion['kind'], unknown[]]>([
    ['way in', ['from node and cluster, customer-a: unreachable']],
    [
      'way out',
      [
        "from customer-a, the node's networks: unreachable",
        'from customer-a, customer-b: unreachable',
        "pod → the node's networks and other VRFs by net1: unreachable",
      ],
    ],
    ['neighbour on node', [expect.stringMatching(/: carried by the node$/)]],
    ['neighbour in pod', ['pod ↔ customer-a by net1: delivered']],
  ])('a %s makes false what it opens', (kind, texts) => {
    expect(broken(scene, { intrusions: [{ kind, text: 'it leads astray' }] })).toEqual(texts);
  });
});

test('a node with very many addresses has one statement for those beyond the first', () => {
  const many = Array.from({ length: 40 }, (_, i) => `10.1.0.${i}`);
  const texts = statementsOf({ ...scenes['routed, device']!, nodeAddresses: many }).map(({ text }) => text);
  expect(texts).toContain('from customer-a, 8 more node addresses: unreachable');
});
