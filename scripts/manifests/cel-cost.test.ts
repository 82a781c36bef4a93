/** The estimate of costs agrees with that of an API server (its own figures: TestCostEstimation of apiextensions-apiserver). */
import { expect, test } from '@jest/globals';
import { costOf } from './cel-cost.testing.ts';
import type { Schema } from './schema.ts';

const text = (maxLength?: number): Schema => ({ type: 'string', ...(maxLength !== undefined && { maxLength }) });
const list = (items: Schema, maxItems?: number): Schema => ({ type: 'array', items, ...(maxItems && { maxItems }) });
const numbers = list({ type: 'number' }, 10);

test.each<[string, Schema, number]>([
  ['self.all(x, true)', numbers, 32],
  ['self.all(x, self.all(y, true))', numbers, 352],
  ['self.all(x, self.all(y, self.all(z, true)))', numbers, 3552],
  ["self.contains('test')", text(10), 5],
  ["self.contains('test')", text(), 314574],
  ["self.contains('A')", { type: 'string', enum: ['A', 'LongValue'] }, 2],
  ["self.startsWith('test')", text(15), 2],
  ["size(self + 'hello') > size('hello')", text(4), 7],
  ['self[1] == self[1]', list(text(), 8), 314577],
  ["self.matches('x')", text(50), 22],
  ["''.matches('(((((((((())))))))))[0-9]')", text(10), 7],
  ["self.join(' ') == 'aa bb'", list(text(10), 10), 43],
  ["self.lowerAscii() == 'lower!'", text(10), 6],
])('%s costs as much as there, over %j', (rule, schema, cost) => {
  expect(costOf(rule, schema)).toBe(cost);
});

test.each(['string(self) + "."', 'cidr("::/0") != cidr("::/0").masked()', 'self.all(x, true)'])(
  '%s costs without end',
  (rule) => {
    expect(costOf(rule, list({ type: 'integer' }))).toBe(Infinity);
  },
);
