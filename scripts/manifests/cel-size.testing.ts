/** How large a value can be, as an API server guesses from a schema before it has seen any object. */
import { escaped } from './cel-names.testing.ts';
import type { Schema } from './schema.ts';

/** Bytes that a request to an API server may have, less the quotes: what a string without a bound may be. */
const endlessString = 3 * 1024 * 1024 - 2;

/** What `self.metadata` has in every custom resource, without a bound. */
export const metadata: Schema = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
};

/**
 * Most elements of a value (SchemaDeclType in apiserver/pkg/cel/common/schemas.go): bytes of a string, at 4 a character.
 * Infinity for a list or map without a bound, which none of ours may be.
 */
export function mostElements({ type, maxLength, enum: values, maxItems, maxProperties }: Schema): number {
  if (type === 'array') return maxItems ?? Infinity;
  if (type === 'object') return maxProperties ?? Infinity;
  if (type !== 'string') return 0;
  if (maxLength !== undefined) return maxLength * 4;
  return values ? Math.max(...values.map((value) => String(value).length)) : endlessString;
}

/** The schema of a field by its name in an expression. Throws where there is none. */
export function fieldSchema(schema: Schema | undefined, name: string): Schema {
  const key = Object.keys(schema?.properties ?? {}).find((property) => escaped(property) === name);
  if (name === 'metadata' && key !== undefined) return metadata;
  const found = key === undefined ? undefined : schema?.properties?.[key];
  if (!found) throw new Error(`there is no field ${name}`);
  return found;
}
