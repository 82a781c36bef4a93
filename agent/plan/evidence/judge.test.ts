import { describe, expect, test } from '@jest/globals';
import type { Site } from '../check-drift.ts';
import { vrfPlace } from '../desired.ts';
import { type Findings, judge } from './judge.ts';
import { scenes, soundAnswers } from './scenes.testing.ts';
import type { Answer, Question, Scene } from './statement.ts';
import { statementsOf } from './statements.ts';

function judged(scene: Scene, findings: Partial<Findings> = {}) {
  const all = { answer: soundAnswers(scene), drifts: [], intruders: [], ...findings };
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

  test('all statements hold in a sound kernel', () => {
    expect(judged(scene).filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
  });

  test('names node, pod, the other customer, the way to the cluster, and the filters', () => {
    expect(judged(scene).map(({ text }) => text)).toEqual([
      'source filter in place',
      'expose filter in place',
      'uplink filter in place',
      'from customer-a, node address 10.0.0.5: unreachable',
      'from customer-a, node address fd00::5: unreachable',
      'from customer-a, customer-b: unreachable',
      'pod → node by net1: unreachable',
      'from customer-a, pod eth0 10.244.0.7: unreachable',
      'from customer-a, pod eth0 fd88::7: unreachable',
      'from customer-a through the pod → cluster: unreachable',
      'pod → cluster default via net1: unreachable',
      'from the cluster, pod net1: unreachable',
      'pod forwards nothing',
      'router advertisements from customer-a: ignored',
      'nothing else differs from what was made',
    ]);
  });

  test.each<[string, Site, string[]]>([
    [
      'the source filter',
      { object: 'filter', in: place, dev: attachment.hostEnd, direction: 'ingress' },
      ['source filter in place', 'pod → node by net1: unreachable'],
    ],
    [
      'the expose filter',
      { object: 'filter', in: place, dev: attachment.hostEnd, direction: 'egress' },
      ['expose filter in place'],
    ],
    [
      'forwarding in the pod',
      { object: 'sysctl', in: 'pod', path: 'net/ipv4/ip_forward' },
      ['from customer-a through the pod → cluster: unreachable', 'pod forwards nothing'],
    ],
    [
      'router advertisements',
      { object: 'sysctl', in: 'pod', path: 'net/ipv6/conf/net1/accept_ra' },
      ['router advertisements from customer-a: ignored'],
    ],
    ['a route in the pod', { object: 'route', in: 'pod' }, ['nothing else differs from what was made']],
    [
      'the master of the host end',
      { object: 'link', in: place, dev: attachment.hostEnd },
      ['pod → node by net1: unreachable'],
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
    expect(broken(scene, { intruders: ['interface eth7 is in VRF customer-a'] })).toContain(
      'from customer-a, customer-b: unreachable',
    );
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
    expect(broken(scene, { answer })).toEqual(['pod → cluster default via net1: unreachable']);
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
    const questions = statementsOf(scene).flatMap((one) => one.questions);
    expect(questions.filter(({ iif }) => iif === scene.vrf.name)).toEqual([]);
  },
);

test('a node with very many addresses has one statement for those beyond the first', () => {
  const many = Array.from({ length: 40 }, (_, i) => `10.1.0.${i}`);
  const texts = statementsOf({ ...scenes['routed, device']!, nodeAddresses: many }).map(({ text }) => text);
  expect(texts).toContain('from customer-a, 8 more node addresses: unreachable');
});
