import { expect, test } from '@jest/globals';
import { brief, printable } from './printable.ts';

test('text as people write it stays as it is', () => {
  expect(printable('customer-a: "é" → 💥')).toBe('customer-a: "é" → 💥');
});

test.each([
  ['a line break', 'a\nb', 'a\\u000ab'],
  ['a colour of terminals', '\u001b[31mred', '\\u001b[31mred'],
  ['the same in one character', '\u009b31mred', '\\u009b31mred'],
  ['a turned direction', '\u202edesrever', '\\u202edesrever'],
  ['half a character', '\ud83d', '\ufffd'],
])('%s is made visible', (_, text, visible) => {
  expect(printable(text)).toBe(visible);
});

test('a long text is cut, between characters', () => {
  expect(brief('x'.repeat(11), 10)).toBe(`${'x'.repeat(9)}…`);
  expect(brief('x'.repeat(10), 10)).toBe('x'.repeat(10));
  expect(brief(`${'x'.repeat(8)}💥💥`, 10)).toBe(`${'x'.repeat(8)}\ufffd…`);
});
