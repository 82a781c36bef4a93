/** Judges an object by a CRD, as an API server does at `kubectl apply` (strict field validation). */
import { isDeepStrictEqual } from 'node:util';
import { evaluateCel, type Scope } from './cel.testing.ts';
import type { Schema } from './schema.ts';

/** A fault: of the rule `rule` at the place `at` in the schema, or else of the shape. */
export interface Fault {
  rule?: string;
  at: string;
  text: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `value` with the defaults of the schema filled in, from the outside inwards. */
export function withDefaults(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => withDefaults(schema.items ?? {}, one));
  if (!isObject(value)) return value;
  const filled = { ...value };
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    // null is pruned where it is not allowed and there is a default.
    if ((filled[key] === undefined || filled[key] === null) && child.default !== undefined) filled[key] = child.default;
    if (filled[key] === undefined) delete filled[key];
    else filled[key] = withDefaults(child, filled[key]);
  }
  return filled;
}

/** What is wrong with `value`, defaults filled in. Rules are evaluated where the shape is right, as the API server does. */
export function faults(schema: Schema, value: unknown, old?: unknown): Fault[] {
  const shape = shapeFaults(schema, value, '');
  return shape.length > 0 ? shape.map((text) => ({ at: '', text })) : ruleFaults(schema, value, old, '');
}

function shapeFaults(schema: Schema, value: unknown, path: string): string[] {
  const wrong = (text: string) => [`${path}: ${text}`];
  if (isObject(value)) {
    if (schema.type !== 'object') return wrong(`is no ${schema.type}`);
    const missing = (schema.required ?? [])
      .filter((key) => !(key in value))
      .map((key) => `${path}.${key}: is required`);
    if (Object.keys(value).length > (schema.maxProperties ?? Infinity)) return wrong('has too many keys');
    if (path === '.metadata') return [];
    const wrongFields = Object.entries(value).flatMap(([key, child]) => {
      const of = schema.properties?.[key] ?? schema.additionalProperties;
      return typeof of === 'object' ? shapeFaults(of, child, `${path}.${key}`) : [`${path}.${key}: unknown field`];
    });
    return [...missing, ...wrongFields];
  }
  if (Array.isArray(value)) {
    if (schema.type !== 'array') return wrong(`is no ${schema.type}`);
    if (value.length > schema.maxItems! || value.length < (schema.minItems ?? 0)) return wrong('has a wrong length');
    const keys = schema['x-kubernetes-list-map-keys'];
    const identity = (one: unknown) => (keys ? keys.map((key) => (one as Record<string, unknown>)[key]) : one);
    const unique =
      schema['x-kubernetes-list-type'] === 'atomic' ||
      !value.some((one, index) =>
        value.slice(0, index).some((other) => isDeepStrictEqual(identity(one), identity(other))),
      );
    return [
      ...(unique ? [] : wrong('has an element twice')),
      ...value.flatMap((one, i) => shapeFaults(schema.items!, one, `${path}[${i}]`)),
    ];
  }
  const type = typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;
  if (schema.type !== type) return wrong(`is no ${schema.type}`);
  if (schema.enum && !schema.enum.includes(value)) return wrong(`is none of ${schema.enum.join(', ')}`);
  if (typeof value === 'number' && (value < (schema.minimum ?? value) || value > (schema.maximum ?? value)))
    return wrong('is out of bounds');
  if (
    typeof value === 'string' &&
    (value.length > (schema.maxLength ?? Infinity) || value.length < (schema.minLength ?? 0))
  )
    return wrong('has a wrong length');
  return [];
}

function ruleFaults(schema: Schema, value: unknown, old: unknown, path: string): Fault[] {
  const scope: Scope = { self: value, ...(old !== undefined && { oldSelf: old }) };
  const own = (schema['x-kubernetes-validations'] ?? [])
    .filter(({ rule }) => old !== undefined || !rule.includes('oldSelf'))
    .filter(({ rule }) => evaluateCel(rule, scope) !== true)
    .map(({ rule, message, messageExpression, fieldPath = '' }) => {
      const said = messageExpression === undefined ? message : String(evaluateCel(messageExpression, scope));
      return { rule, at: path.replace(/\[\d+\]/g, '[]').slice(1), text: `${path}${fieldPath}: ${said}` };
    });
  const at = (key: string | number) => (old as Record<string | number, unknown> | undefined)?.[key];
  if (Array.isArray(value))
    return [...own, ...value.flatMap((one, i) => ruleFaults(schema.items!, one, undefined, `${path}[${i}]`))];
  if (!isObject(value)) return own;
  const inside = Object.entries(value).flatMap(([key, child]) => {
    const of = schema.properties?.[key];
    return of && key !== 'metadata' ? ruleFaults(of, child, at(key), `${path}.${key}`) : [];
  });
  return [...own, ...inside];
}
