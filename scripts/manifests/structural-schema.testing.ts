/**
 * What an API server refuses in the schema of a CustomResourceDefinition, written from the reference:
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 * Beyond it every field has a description, and every string and list a bound, without which a rule over it costs too much.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Schema } from './schema.ts';

const types = new Set(['object', 'array', 'string', 'integer', 'number', 'boolean']);

const keywords = new Set(
  [
    'type format description properties additionalProperties items required enum default minimum maximum',
    'minLength maxLength minItems maxItems maxProperties',
    'x-kubernetes-list-type x-kubernetes-list-map-keys x-kubernetes-map-type x-kubernetes-validations',
  ].flatMap((line) => line.split(' ')),
);

/** Which of these, about one schema, are not so: [right, what is wrong otherwise]. */
type Claim = [boolean, string];

/** Everything wrong with `schema` and what is in it, as lines that begin with the path. */
export function structuralProblems(schema: Schema, path = ''): string[] {
  // The API server knows these three by itself.
  if (['.apiVersion', '.kind'].includes(path)) return schema.type === 'string' ? [] : [`${path}: is no string`];
  if (path === '.metadata') {
    // validateStructuralMetadataInvariants() of apiextensions-apiserver: not even a description.
    return isDeepStrictEqual(schema, { type: 'object' }) ? [] : [`${path}: says more than its type`];
  }
  const children: [Schema, string][] = [
    ...Object.entries(schema.properties ?? {}).map(([key, child]): [Schema, string] => [child, `${path}.${key}`]),
    ...(schema.items ? [[schema.items, `${path}[]`] as [Schema, string]] : []),
    ...(typeof schema.additionalProperties === 'object'
      ? [[schema.additionalProperties, `${path}{}`] as [Schema, string]]
      : []),
  ];
  const claims = [...shapeClaims(schema), ...listClaims(schema), ...(path === '' ? [] : boundClaims(schema))];
  return [
    ...claims.filter(([right]) => !right).map(([, problem]) => `${path || '(root)'}: ${problem}`),
    ...Object.keys(schema)
      .filter((key) => !keywords.has(key))
      .map((key) => `${path || '(root)'}: ${key} is not accepted`),
    ...children.flatMap(([child, where]) => structuralProblems(child, where)),
  ];
}

function shapeClaims(schema: Schema): Claim[] {
  const { type = '', properties, additionalProperties, items, required = [] } = schema;
  return [
    [types.has(type), `type is ${JSON.stringify(type)}`],
    [(schema.description ?? '') !== '', 'has no description'],
    [!(properties && additionalProperties !== undefined), 'has both properties and additionalProperties'],
    [typeof additionalProperties !== 'boolean', 'additionalProperties is no schema'],
    [(type === 'object') === Boolean(properties ?? additionalProperties), 'properties are those of an object'],
    [(type === 'array') === Boolean(items), 'items are those of an array'],
    [items?.default === undefined, 'items have a default'],
    ...required.map((key): Claim => [properties?.[key] !== undefined, `requires ${key}, which it has not`]),
    ...required.map((key): Claim => [properties?.[key]?.default === undefined, `requires ${key}, which has a default`]),
  ];
}

function listClaims(schema: Schema): Claim[] {
  const kind = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const { items } = schema;
  if (schema.type !== 'array') return [[kind === undefined && keys.length === 0, 'is no list']];
  return [
    [kind !== undefined, 'says nothing of how it is merged'],
    [kind !== 'set' || (items?.type !== 'object' && items?.type !== 'array'), 'is a set of no scalars'],
    [(kind === 'map') === keys.length > 0, 'keys are those of a map'],
    ...keys.map((key): Claim => [items?.required?.includes(key) ?? false, `key ${key} is not required`]),
  ];
}

function boundClaims({
  type,
  format,
  enum: values,
  maxLength,
  maxItems,
  additionalProperties,
  ...schema
}: Schema): Claim[] {
  return [
    [type !== 'integer' || format === 'int64', 'is an integer without format int64'],
    [type !== 'string' || Boolean(maxLength ?? values ?? format), 'has no maxLength'],
    [type !== 'array' || maxItems !== undefined, 'has no maxItems'],
    [!additionalProperties || schema.maxProperties !== undefined, 'has no maxProperties'],
  ];
}
