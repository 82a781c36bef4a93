import { describe, expect, test } from '@jest/globals';
import { mostListedNodes, type VrfStatus, vrfStatus } from '../api/vrf-status.ts';
import { nextStatus, type Word } from './vrf-status.ts';
import { type Count, countedStatus } from './vrf-status-count.ts';

const [early, late] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-01-02T00:00:00Z')];
const valid = { generation: 3, invalid: undefined, isDeleted: false };
const ready = (attachments: number): Word => ({ entry: { ready: true, attachments }, verdict: valid });
const broken: Word = {
  entry: { ready: false, reason: 'UplinkMissing', message: 'uplink eth9 does not exist', attachments: 0 },
  verdict: valid,
};
const unused: Word = { entry: undefined, verdict: valid };

/** One word after the other; each status is as the CRD wants it. */
function told(...words: [node: string, word: Word, now?: Date][]): VrfStatus {
  return words.reduce<VrfStatus>((status, [node, word, now = early]) => {
    return vrfStatus.parse(nextStatus(status, node, word, now));
  }, {});
}

function counted(current: VrfStatus | undefined, attachments: Record<string, number>, more: Partial<Count> = {}) {
  const count = { attachments: new Map(Object.entries(attachments)), addresses: undefined, gone: new Set(''), ...more };
  return vrfStatus.parse(countedStatus(current, count, valid, early));
}

const names = ({ nodes }: VrfStatus) => nodes?.map(({ name }) => name);

describe('what one node says of a VRF', () => {
  test('is that it is not ready, and when that changed', () => {
    const { nodes, notReadyNodes } = told(
      ['a', broken],
      ['a', { ...broken, entry: { ...broken.entry!, attachments: 3 } }, late],
    );
    expect([nodes, notReadyNodes]).toEqual([
      [{ name: 'a', ...broken.entry, lastTransitionTime: '2026-01-01T00:00:00Z' }],
      1,
    ]);
    expect(told(['a', broken], ['a', ready(1), late]).nodes).toMatchObject([
      { ready: true, lastTransitionTime: '2026-01-02T00:00:00Z' },
    ]);
  });

  test('is nothing where it is ready, or does not use it: then nothing is written', () => {
    expect(nextStatus(undefined, 'a', unused, early)).toEqual({});
    const { nodes, attachments } = told(['a', ready(1)], ['a', ready(2)]);
    expect([nodes, attachments]).toEqual([undefined, undefined]);
  });

  test('is taken back when it does not use it any more', () => {
    expect(told(['a', broken], ['a', unused])).toMatchObject({ nodes: [], notReadyNodes: 0 });
  });

  test('is the same again when it repeats itself', () => {
    const once = told(['a', broken]);
    expect(nextStatus(once, 'a', broken, late)).toEqual(once);
  });

  test('is that a deleted VRF is held there, unless that is told already', () => {
    const held: Word = { ...ready(2), verdict: { ...valid, isDeleted: true } };
    const [a, b] = [told(['a', held]), told(['a', held], ['b', held])];
    expect(a.conditions?.at(-1)).toMatchObject({
      reason: 'DeletionPending',
      message: expect.stringContaining('2 on node a'),
    });
    expect(b).toEqual(a);
  });

  test('is which field is invalid, and no agent that has read less takes that back', () => {
    const invalid: Word = {
      entry: undefined,
      verdict: { ...valid, generation: 4, invalid: 'spec.mtu: 1 is too small' },
    };
    const accepted = (...words: Parameters<typeof told>) => told(...words).conditions?.[0];
    expect(accepted(['a', invalid])).toMatchObject({ status: 'False', message: 'spec.mtu: 1 is too small' });
    expect(accepted(['a', invalid], ['b', ready(1)])).toMatchObject({ status: 'False', observedGeneration: 4 });
    const later: Word = { entry: undefined, verdict: { ...valid, generation: 5 } };
    expect(accepted(['a', invalid], ['b', later])).toMatchObject({ status: 'True', observedGeneration: 5 });
  });
});

describe('what is counted of a VRF', () => {
  test('is attachments by node, and who holds it', () => {
    const status = counted(told(['c', broken]), { b: 2, a: 3 });
    expect(status).toMatchObject({ attachments: 5, attachedNodes: 2, notReadyNodes: 1 });
    expect(names(status)).toEqual(['c', 'a', 'b']);
    expect(status.conditions?.at(-1)?.message).toContain('3 on node a, 2 on node b');
    expect(counted(status, {})).toMatchObject({ attachments: 0, nodes: [{ name: 'c' }] });
    expect(counted(status, {}).conditions?.at(-1)).toMatchObject({ type: 'InUse', status: 'False' });
  });

  test('is the same again when nothing has changed', () => {
    const once = counted(told(['c', broken]), { a: 1 });
    expect(counted(once, { a: 1 })).toEqual(once);
  });

  test('leaves out nodes that are no more', () => {
    expect(names(counted(told(['a', broken], ['c', broken]), {}, { gone: new Set(['c']) }))).toEqual(['a']);
  });
});

test('of 5,000 nodes with long messages the status has a few, those first that are not ready', () => {
  const long: Word = { ...broken, entry: { ...broken.entry!, message: 'x'.repeat(5000) } };
  const all = Array.from({ length: 5000 }, (_, i) => `node-${i}`);
  const full = all.reduce((status, node) => nextStatus(status, node, long, early), {} as VrfStatus);
  expect(vrfStatus.parse(full)).toMatchObject({ notReadyNodes: mostListedNodes });
  const status = counted(told(['node-4999', long]), Object.fromEntries(all.map((node) => [node, 20])));
  expect(names(status)).toHaveLength(mostListedNodes);
  expect(names(status)?.[0]).toBe('node-4999');
  expect(status).toMatchObject({ attachments: 100_000, attachedNodes: 5000, notReadyNodes: 1 });
  expect(status.conditions?.at(-1)?.message).toContain('and on 4980 more nodes');
  expect(JSON.stringify(full).length).toBeLessThan(32 * 1024);
});
