import { describe, expect, test } from '@jest/globals';
import type { Site } from '../check-drift.ts';
import { vrfPlace } from '../desired.ts';
import { plainAddress } from '../routes.ts';
import { type Findings, judge } from './judge.ts';
import { scenes, soundAnswers } from './scenes.testing.ts';
import type { Answer, Intrusion, Question, Scene } from './statement.ts';
import { statementsOf } from './statements.ts';

function judged(scene: Scene, findings: Partial<Findings> = {}) {
  const all = { answer: soundAnswers(scene), drifts: [], intrusions: [], ...findings };
  return statementsOf(scene).map((statement) => judge(statement, all));
}

const broken = (scene: Scene, findings: Partial<Findings>) =>
  judged(scene, findings)
    .filter(({ verdict }) => verdict === 'broken')
    .map(({ text }) => text);

/** The packets that `to` selects have another fate than they should. */
const otherwise =
  (scene: Scene, selects: (question: Question) => boolean, answer: Answer): Findings['answer'] =>
  (question) =>
    selects(question) ? answer : soundAnswers(scene)(question);

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

  test.each<[string, (question: Question) => boolean, Answer, string]>([
    [
      'what the node sends to the pod and its main table leads into the VRF',
      ({ in: at, to, iif }) => at === 'node' && iif === undefined && to === plainAddress(attachment.addresses[0]!),
      { type: 'unicast', dev: 'customer-a' },
      'from node and cluster, customer-a: unreachable',
    ],
    [
      "what another pod sends and a rule for the cluster's bridge leads into the VRF",
      ({ in: at, iif }) => at === 'node' && iif === 'cni0',
      { type: 'unicast', dev: attachment.hostEnd },
      'from node and cluster, customer-a: unreachable',
    ],
    [
      'an address of the node that it does not take',
      ({ in: at, to, iif }) => at === 'node' && iif === undefined && to === '10.0.0.5',
      { type: 'refused', error: 'EHOSTUNREACH' },
      'from cluster, node: as without multivrf',
    ],
    [
      'what the pod does not take from the cluster',
      ({ to, iif }) => to === '10.244.0.7' && iif === 'eth0',
      { type: 'refused', error: 'EHOSTUNREACH' },
      'pod ↔ cluster by eth0: as without multivrf',
    ],
    [
      'what an unbound socket sends to the cluster by the VRF',
      ({ in: at, from, iif, oif }) => at === 'pod' && from === undefined && iif === undefined && oif === undefined,
      { type: 'unicast', dev: 'net1' },
      'pod ↔ cluster by eth0: as without multivrf',
    ],
    [
      'what comes from the cluster and leaves to the customer',
      ({ in: at, iif, to }) => at === 'pod' && iif === 'eth0' && !to.startsWith('10.') && !to.startsWith('fd'),
      { type: 'unicast', dev: 'net1' },
      'from the cluster through the pod → customer-a: unreachable',
    ],
    [
      'what the pod does not take from the customer',
      ({ iif, to }) => iif === 'net1' && to === plainAddress(attachment.addresses[0]!),
      { type: 'refused', error: 'EINVAL' },
      'pod ↔ customer-a by net1: delivered',
    ],
  ])('%s is told', (_what, selects, answer, text) => {
    expect(broken(scene, { answer: otherwise(scene, selects, answer) })).toContain(text);
  });

  test('a packet to the cluster interface that the pod takes is told with its way', () => {
    const answer = otherwise(scene, ({ to, iif }) => to === '10.244.0.7' && iif === 'net1', { type: 'local' });
    const [one] = judged(scene, { answer }).filter(({ verdict }) => verdict === 'broken');
    expect(one).toMatchObject({
      text: 'from customer-a, pod eth0 10.244.0.7: unreachable',
      reason: expect.stringMatching(/^a packet from \S+ to 10\.244\.0\.7, in by net1, is taken by the pod itself$/),
    });
  });

  test('what a socket in the VRF sends by the cluster interface is told', () => {
    const answer = otherwise(scene, ({ oif }) => oif === 'net1', { type: 'unicast', dev: 'eth0' });
    expect(broken(scene, { answer })).toEqual([
      'pod → cluster default via net1: unreachable',
      'pod ↔ customer-a by net1: delivered',
    ]);
  });

  test("what leaves to the customer's own namesake of an address stays in the VRF", () => {
    const answer = otherwise(scene, ({ oif }) => oif === 'net1', { type: 'unicast', dev: 'net1' });
    expect(broken(scene, { answer })).toEqual([]);
  });

  test('refusals prove nothing while what must arrive is refused as well', () => {
    const verdicts = judged(scene, { answer: () => ({ type: 'refused', error: 'EINVAL' }) });
    expect(verdicts.find(({ text }) => text.includes('pod eth0 10.244.0.7'))).toMatchObject({ verdict: 'unknown' });
  });

  test('what could not be asked is unknown', () => {
    const verdicts = judged(scene, { answer: () => ({ type: 'unasked', error: 'there is no interface net1' }) });
    expect(verdicts.find(({ text }) => text.startsWith('pod → cluster'))).toMatchObject({ verdict: 'unknown' });
  });

  test('without a socket inside, statements about the pod are unknown, and no others', () => {
    const blind = { ...scene, podAddresses: undefined };
    const verdicts = judged(blind, { podUnseen: 'nobody is inside' });
    expect(new Set(verdicts.map(({ in: at, verdict }) => `${at} ${verdict}`))).toEqual(
      new Set(['node holds', 'pod unknown']),
    );
  });
});

test.each(Object.entries(scenes).filter(([, { vrf }]) => vrf.mode === 'routed'))(
  'the node is asked by the slave, never by the VRF device: %s',
  (_, scene) => {
    const taken = otherwise(scene, ({ to, iif }) => to === 'fd00::5' && iif === 'eth1', { type: 'local' });
    expect(broken(scene, { answer: taken })).toEqual(['from customer-a, node address fd00::5: unreachable']);
    const fromPod = otherwise(scene, ({ to, iif }) => to === '10.0.0.5' && iif === scene.attachment.hostEnd, {
      type: 'unicast',
      dev: 'eth0',
    });
    expect(broken(scene, { answer: fromPod })).toEqual(['pod → node by net1: unreachable']);
    const toNetwork = otherwise(scene, ({ to, iif }) => to === '10.244.0.1' && iif === scene.attachment.hostEnd, {
      type: 'unicast',
      dev: 'cni0',
    });
    expect(broken(scene, { answer: toNetwork })).toEqual([
      "pod → the node's networks and other VRFs by net1: unreachable",
    ]);
    const lost = otherwise(scene, ({ to, iif }) => iif === 'eth1' && to === '198.51.100.2', { type: 'refused' });
    expect(broken(scene, { answer: lost })).toEqual([expect.stringMatching(/: carried by the node$/)]);
    const notTaken = otherwise(scene, ({ to }) => to === '169.254.1.1', { type: 'refused' });
    expect(broken(scene, { answer: notTaken })).toEqual([expect.stringMatching(/ARP, ND and echo only$/)]);
    const questions = statementsOf(scene).flatMap((one) => one.questions);
    expect(questions.filter(({ iif }) => iif === scene.vrf.name)).toEqual([]);
  },
);

test('a node with very many addresses has one statement for those beyond the first', () => {
  const many = Array.from({ length: 40 }, (_, i) => `10.1.0.${i}`);
  const texts = statementsOf({ ...scenes['routed, device']!, nodeAddresses: many }).map(({ text }) => text);
  expect(texts).toContain('from customer-a, 8 more node addresses: unreachable');
});
