/** Turns the issues of a zod error into messages that name the field, its value and what would be right. */
import type * as z from 'zod';
import { quote } from './finding.ts';

/** One thing wrong with one field. */
export interface FieldProblem {
  path: PropertyKey[];
  /** The path as text: `spec.addresses.pools[0].range`; empty for the object as a whole. */
  field: string;
  /** Value and problem, to be read after the field: `"x" must be "bridge" or "routed"`. */
  message: string;
}

/** Writes a path as `spec.addresses.pools[0].range`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = /^[\w-]+$/.test(String(key)) ? String(key) : undefined;
    if (name === undefined) return `${text}[${quote(String(key))}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], input);

const typeNames: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  boolean: 'true or false',
};

function typePhrase(expected: string, value: unknown): string {
  const must = `must be ${typeNames[expected] ?? expected}`;
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return `${must}; quote it`;
  if ((expected === 'int' || expected === 'number') && typeof value === 'string') return `${must}, without quotes`;
  return must;
}

function issuePhrase(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return typePhrase(issue.expected, value);
    case 'invalid_value':
      return `must be ${issue.values.map(quote).join(' or ')}`;
    case 'too_small':
      return issue.origin === 'array' ? 'must not be empty' : `must be at least ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'array')
        return `has ${(value as unknown[]).length} elements; at most ${issue.maximum} are taken`;
      return `must be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** All issues of `error`, one entry a field, in order; `input` is the data that was validated. */
export function fieldProblems(error: z.ZodError, input: unknown): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        const path = [...issue.path, key];
        return { path, field: formatPath(path), message: issue.message };
      });
    }
    const value = valueAt(input, issue.path);
    const what = issuePhrase(issue, value);
    const field = formatPath(issue.path);
    if (value !== undefined) return { path: issue.path, field, message: `${quote(value)} ${what}` };
    return { path: issue.path, field, message: issue.code === 'custom' ? what : `is missing; it ${what}` };
  });
}

/** As {@link fieldProblems}, each as one line. */
export function formatIssues(error: z.ZodError, input: unknown): string[] {
  return fieldProblems(error, input).map(({ field, message }) => (field ? `${field}: ${message}` : message));
}
