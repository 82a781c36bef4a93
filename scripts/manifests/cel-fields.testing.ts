/** Which fields of a schema an expression reads, and that they exist. */
import { type Cel, parseCel } from './cel-syntax.testing.ts';
import type { Schema } from './schema.ts';

/** Schemas of names; undefined for a value that is no part of an object, such as the result of a function. */
type Known = Map<string, Schema | undefined>;

const iterating = new Set(['all', 'exists', 'filter', 'map']);

/** What `self.metadata` has in every CRD. */
const metadata: Schema = { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } };

/** Names of CEL that a field of that name is escaped for: `__namespace__`. */
const reserved = /^__(\w+)__$/;

function walk(cel: Cel, known: Known): Schema | undefined {
  switch (cel.is) {
    case 'literal':
      return undefined;
    case 'name':
      if (!known.has(cel.name)) throw new Error(`there is no ${cel.name}`);
      return known.get(cel.name);
    case 'field':
      return field(walk(cel.of, known), cel.field);
    case 'list':
      for (const element of cel.elements) walk(element, known);
      return undefined;
    case 'call':
      return call(cel, known);
  }
}

function call({ name, target, args }: Cel & { is: 'call' }, known: Known): Schema | undefined {
  const [first, second] = args;
  if (target && iterating.has(name) && first?.is === 'name') {
    const list = walk(target, known);
    // An element without a path in the schema has no maxLength: what is done with it costs too much.
    if (list?.type !== 'array') throw new Error(`${name}() over what is no list of the schema`);
    walk(second!, new Map(known).set(first.name, list.items));
    return undefined;
  }
  if (name === '[]') return walk(first!, known)?.items;
  const opened = target?.is === 'name' && target.name === 'ip' ? [] : [target];
  for (const one of [...opened, ...args]) if (one) walk(one, known);
  return undefined;
}

function field(schema: Schema | undefined, name: string): Schema {
  if (!schema?.properties) throw new Error(`field ${name} of what is no object of the schema`);
  const key = reserved.exec(name)?.[1] ?? name;
  const found = key === 'metadata' ? metadata : schema.properties[key];
  if (!found) throw new Error(`there is no field ${name}`);
  if (name === 'namespace') throw new Error('namespace is a reserved word; it is written __namespace__');
  return found;
}

/** What is wrong with the fields that `rule` reads where `schema` stands; undefined when nothing is. */
export function fieldsProblem(rule: string, schema: Schema): string | undefined {
  try {
    walk(
      parseCel(rule),
      new Map([
        ['self', schema],
        ['oldSelf', schema],
      ]),
    );
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
