import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { Judged } from '../plan/evidence/statement.ts';
import { attachment, vrf } from '../plan/scenarios.testing.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import { Degraded } from './degraded.ts';

const record = {
  owner: { namespace: 'bgp', pod: 'speaker-0', containerId: 'container-1', interface: 'net1' },
  attachment: attachment(vrf('bridge', 'device'), 'device'),
} as AttachmentRecord;

const broken = (text: string, rest: Partial<Judged> = {}): Judged => ({
  text,
  in: 'node',
  verdict: 'broken',
  reason: 'it differs',
  ...rest,
});
const carried = broken('customer-a ↔ pod 192.0.2.2: carried by the node', { serves: true });

test('an attachment that is cut off is not served; one that is open too is told as not isolated first', () => {
  const degraded = new Degraded(pino({ level: 'silent' }));
  degraded.noteEvidence(record, [carried], true);
  expect(degraded.reasonOf(record)).toBe(`it is not served as it was made: "${carried.text}" is false: it differs`);
  degraded.noteEvidence(record, [carried, broken('source filter in place')], true);
  expect(degraded.reasonOf(record)).toBe(
    'it is not isolated from what VRF customer-a must not reach: "source filter in place" is false: it differs',
  );
  degraded.noteEvidence(record, [], true);
  expect(degraded.reasonOf(record)).toBeUndefined();
});
