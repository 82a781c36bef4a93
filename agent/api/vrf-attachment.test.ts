import { expect, test } from '@jest/globals';
import { attachmentName } from './vrf-attachment.ts';

test('an attachment is named after pod and VRF', () => {
  expect(attachmentName('speaker-0', 'customer-a')).toBe('speaker-0.customer-a');
});

test('names of pods that are too long stay apart', () => {
  const long = 'a'.repeat(252);
  const names = [attachmentName(`${long}b`, 'customer-a'), attachmentName(`${long}c`, 'customer-a')];
  for (const name of names) expect(name).toMatch(/^a[-a-z0-9]{1,241}\.customer-a$/);
  expect(new Set(names).size).toBe(2);
});
