import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { formatIssues, formatPath } from './format-issues.ts';

const lines = (schema: z.ZodType, input: unknown) => formatIssues(schema.safeParse(input).error!, input);

test('a path is written as it would be in code', () => {
  expect(formatPath(['spec', 'addresses', 'pools', 0, 'range'])).toBe('spec.addresses.pools[0].range');
  expect(formatPath(['nodeSelector', 'kubernetes.io/os'])).toBe('nodeSelector["kubernetes.io/os"]');
  expect(formatPath([])).toBe('');
});

test('a line names field, value and what would be right', () => {
  const schema = z.object({ list: z.array(z.object({ port: z.int().max(9) })) });
  expect(lines(schema, { list: [{ port: 1 }, { port: 10 }] })).toEqual(['list[1].port: 10 must be at most 9']);
});

test('a missing field is called missing', () => {
  expect(lines(z.object({ a: z.string() }), {})).toEqual(['a: is missing; it must be a string']);
});

test('each unknown key is a line of its own', () => {
  expect(lines(z.strictObject({}), { b: 1, c: 2 })).toHaveLength(2);
});

test('what is no object at all has no field', () => {
  expect(lines(z.object({}), null)).toEqual(['null must be an object']);
});

test('control characters of a value come out escaped', () => {
  expect(lines(z.enum(['a']), '\u001b[2J')).toEqual(['"\\u001b[2J" must be "a"']);
});
