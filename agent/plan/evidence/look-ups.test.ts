/** What the kernel answers of packets, and what that makes of the statements. */
import { describe, expect, test } from '@jest/globals';
import { plainAddress } from '../routes.ts';
import { broken, judged, otherwise, scenes } from './scenes.testing.ts';
import type { Answer, Question } from './statement.ts';
import { statementsOf } from './statements.ts';

describe.each(Object.entries(scenes))('%s', (_, scene) => {
  const { attachment } = scene;

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

  test('what another plugin keeps an unbound socket from is no concern of multivrf', () => {
    const unbound = ({ in: at, from, iif, oif }: Question) =>
      at === 'pod' && from === undefined && iif === undefined && oif === undefined;
    const answer = otherwise(scene, unbound, { type: 'refused', error: 'ENETUNREACH' });
    expect(broken(scene, { answer })).toEqual([]);
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
