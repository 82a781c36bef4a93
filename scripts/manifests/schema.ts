/** OpenAPI schemas as a CustomResourceDefinition has them: zod's, made structural, with our CEL rules in their places. */
import * as z from 'zod';
import type { CelRule } from '../../agent/api/cel-rule.ts';

/** JSONSchemaProps of apiextensions.k8s.io/v1, as far as ours go. */
export interface Schema {
  type?: string;
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  required?: string[];
  enum?: unknown[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: 'atomic' | 'granular';
  'x-kubernetes-validations'?: Validation[];
}

/** A rule as the API server reads it. */
type Validation = Omit<CelRule, 'name' | 'at'>;

/**
 * The schema of what a user may write. Unlike zod's it leaves closed objects open (an API server prunes unknown fields, or
 * refuses them under strict field validation, which kubectl asks for) and integers without the bounds of JavaScript.
 */
export function structural(type: z.ZodType): Schema {
  const made = z.toJSONSchema(type, {
    target: 'openapi-3.0',
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      if (jsonSchema.type !== 'integer') return;
      jsonSchema.format = 'int64';
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  // What zod writes for itself, such as the draft it follows.
  const { $schema: _draft, '~standard': _standard, ...schema } = made as Schema & Record<string, unknown>;
  fillDefaults(schema);
  return schema;
}

/**
 * Puts the defaults inside an object into the object's own default: an API server evaluates the rules over a default as it
 * is written in the CRD, where a rule would miss the fields of `{}`.
 */
function fillDefaults(schema: Schema): void {
  const properties = Object.entries(schema.properties ?? {});
  for (const [, child] of properties) fillDefaults(child);
  if (schema.items) fillDefaults(schema.items);
  if (schema.type !== 'object' || schema.default === undefined) return;
  const inside = properties
    .filter(([, child]) => child.default !== undefined)
    .map(([key, child]) => [key, child.default]);
  schema.default = { ...Object.fromEntries(inside), ...(schema.default as object) };
}

/** The schema at a rule's place: `spec.addresses.pools[].subnet`. Throws when there is none. */
export function schemaAt(root: Schema, at: string): Schema {
  const steps = at === '' ? [] : at.replaceAll('[]', '.[]').split('.');
  return steps.reduce((schema, step) => {
    const next = step === '[]' ? schema.items : schema.properties?.[step];
    if (next === undefined) throw new Error(`the schema has no ${at}`);
    return next;
  }, root);
}

/** Adds each rule at its place. */
export function addRules(root: Schema, rules: readonly CelRule[]): void {
  for (const { name: _name, at, ...validation } of rules) {
    const schema = schemaAt(root, at);
    schema['x-kubernetes-validations'] = [...(schema['x-kubernetes-validations'] ?? []), validation];
  }
}
