/** CEL as an API server has it: type-checked against a schema, and evaluated. */
import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { withKubernetesFunctions } from './cel-functions.testing.ts';
import { escaped } from './cel-names.testing.ts';
import { metadata } from './cel-size.testing.ts';
import type { Schema } from './schema.ts';

/** Values by name. A field that is absent has no key. */
export type Scope = Record<string, unknown>;

const untyped = withKubernetesFunctions(new Environment({ unlistedVariablesAreDyn: true }));

/** JSON as CEL's types: every number of ours is an integer. */
function toCel(value: unknown): unknown {
  if (typeof value === 'number') return BigInt(value);
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, toCel(one)]));
}

const parsed = new Map<string, (scope: Scope) => unknown>();

/** The value of an expression. Throws where CEL would fail. */
export function evaluateCel(text: string, scope: Scope): unknown {
  const run = parsed.get(text) ?? untyped.parse(text);
  parsed.set(text, run);
  return run(toCel(scope) as Scope);
}

/** The syntax tree of an expression, macros as they are written. Throws at what is no CEL. */
export const parseCel = (text: string): ASTNode => untyped.parse(text).ast;

/** Declares the type of `schema` under `name`; returns the type to write: `list<self.pools>`. */
function declare(environment: Environment, schema: Schema, name: string): string {
  if (schema.type === 'array') return `list<${declare(environment, schema.items!, name)}>`;
  if (typeof schema.additionalProperties === 'object')
    return `map<string, ${declare(environment, schema.additionalProperties, name)}>`;
  if (schema.type === 'object') {
    const fields = Object.entries(schema.properties ?? {}).map(([key, child]) => [
      escaped(key),
      declare(environment, key === 'metadata' ? metadata : child, `${name}.${key}`),
    ]);
    environment.registerType(name, { fields: Object.fromEntries(fields) });
    return name;
  }
  return { integer: 'int', number: 'double', boolean: 'bool' }[schema.type ?? ''] ?? 'string';
}

/** A compiler of rules at one place of a schema: the type of an expression, or what the checker says against it. */
export function compilerAt(schema: Schema): (text: string) => string {
  const environment = withKubernetesFunctions(new Environment());
  const type = declare(environment, schema, 'self');
  environment.registerVariable('self', type).registerVariable('oldSelf', type);
  return (text) => outcome(environment, text);
}

/** As {@link compilerAt}, for expressions of a policy, where an object of any kind is dynamic. */
export function compilerWith(variables: readonly string[]): (text: string) => string {
  const environment = withKubernetesFunctions(new Environment());
  for (const name of variables) environment.registerVariable(name, 'dyn');
  return (text) => outcome(environment, text);
}

function outcome(environment: Environment, text: string): string {
  const { valid, type, error } = environment.check(text);
  return valid ? type! : error!.message;
}
