import { describe, expect, test } from '@jest/globals';
import { type VrfStatus, vrfStatus } from '../api/vrf-status.ts';
import { nextStatus, type Word } from './status.ts';

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

describe('the status of a VRF', () => {
  test('has an entry for each node that uses it, and the sum of their attachments', () => {
    const { nodes, attachments, conditions } = told(['b', ready(2)], ['a', ready(3)]);
    expect(nodes?.map(({ name, attachments: count }) => [name, count])).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
    expect(attachments).toBe(5);
    expect(conditions?.at(-1)?.message).toContain('3 on node a, 2 on node b');
  });

  test('changes the time of an entry when ready changes, and only then', () => {
    const time = (...words: Parameters<typeof told>) => told(...words).nodes?.[0]?.lastTransitionTime;
    expect(time(['a', ready(1)], ['a', ready(2), late])).toBe('2026-01-01T00:00:00Z');
    expect(time(['a', ready(1)], ['a', broken, late])).toBe('2026-01-02T00:00:00Z');
  });

  test('is the same again when a node repeats itself', () => {
    const once = told(['a', ready(1)]);
    expect(nextStatus(once, 'a', ready(1), late)).toEqual(once);
  });

  test('stays nothing where a node has nothing to say', () => {
    expect(nextStatus(undefined, 'a', unused, early)).toEqual({});
  });

  test('loses the entry of a node that uses it no more', () => {
    const { nodes, attachments, conditions } = told(['a', ready(1)], ['a', unused]);
    expect([nodes, attachments, conditions?.at(-1)]).toMatchObject([[], 0, { type: 'InUse', status: 'False' }]);
  });

  test('says which field is invalid, and no agent that has read less takes that back', () => {
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

  test('of 5,000 nodes and long messages stays within the limits of the CRD', () => {
    const nodes = Array.from({ length: 5000 }, (_, i) => ({ name: `node-${i}`, ready: true, attachments: 20 }));
    const long: Word = { ...broken, entry: { ...broken.entry!, message: 'x'.repeat(5000) } };
    const full = nextStatus({ nodes }, 'one-more', long, early);
    expect(vrfStatus.parse(full).nodes).toHaveLength(5000);
    expect(vrfStatus.parse(nextStatus({ nodes }, 'node-7', long, early)).attachments).toBe(4999 * 20);
  });

  test('what others have put there stays', () => {
    const addresses = { used: 1, free: 2 };
    expect(nextStatus({ addresses }, 'a', ready(1), early)).toMatchObject({ addresses });
  });
});
