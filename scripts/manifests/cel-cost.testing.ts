/**
 * What an expression may cost at most by the estimate of an API server, which refuses a CRD that could cost too much.
 * By the rules of cel-go's checker/cost.go with those of apiserver/pkg/cel/library/cost.go. A size that they do not know
 * is Infinity: a string joined to one, such as string(1), costs without end.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { parseCel } from './cel.testing.ts';
import { callCost } from './cel-cost-calls.testing.ts';
import { fieldSchema, mostElements } from './cel-size.testing.ts';
import type { Schema } from './schema.ts';

/** What is known of a part of an expression. */
export interface Part {
  cost: number;
  /** Most characters or elements; Infinity when nothing is known. */
  size: number;
  /** Of a value that is reached by a path from `self`. */
  schema?: Schema | undefined;
  /** Whether it is an IP address or a CIDR. */
  isNet?: boolean;
}

type Names = ReadonlyMap<string, Schema | undefined>;

const scalar = 1;
const listCreation = 10;

/** What each step of a macro's loop costs beside its body, and the loop once. */
const loops: Record<string, { step: number; once: number }> = {
  all: { step: 3, once: 1 },
  exists: { step: 4, once: 1 },
  filter: { step: 3 + listCreation, once: 1 + listCreation },
  map: { step: 2 + listCreation, once: 1 + listCreation },
};

const sized = (cost: number, schema: Schema | undefined): Part => ({
  cost,
  size: schema ? mostElements(schema) : Infinity,
  schema,
});

const literalSize = (value: unknown) => (typeof value === 'string' ? [...value].length : scalar);

function estimate(node: ASTNode, names: Names): Part {
  const of = (one: ASTNode) => estimate(one, names);
  switch (node.op) {
    case 'value':
      return { cost: 0, size: literalSize(node.args) };
    case 'id':
      if (!names.has(node.args)) throw new Error(`there is no ${node.args}`);
      return sized(1, names.get(node.args));
    case '.': {
      const object = of(node.args[0]);
      return sized(object.cost + 1, fieldSchema(object.schema, node.args[1]));
    }
    case '[]': {
      const [list, index] = node.args.map(of) as [Part, Part];
      return sized(list.cost + index.cost + 1, list.schema?.items);
    }
    case 'list':
      return { cost: listCreation + sum(node.args.map(of)), size: node.args.length };
    case '?:': {
      const [condition, yes, no] = node.args.map(of) as [Part, Part, Part];
      return { cost: condition.cost + Math.max(yes.cost, no.cost), size: Math.max(yes.size, no.size) };
    }
    case '&&':
    case '||':
      return { cost: sum(node.args.map(of)), size: scalar };
    case 'call':
      return node.args[0] === 'has'
        ? { cost: of(node.args[1][0]!).cost - 1, size: scalar }
        : callCost(node.args[0], undefined, node.args[1].map(of));
    case 'rcall':
      return memberCall(node.args, names);
    case '!_':
    case '-_':
      return callCost(node.op, undefined, [of(node.args)]);
    default:
      return callCost(node.op, undefined, (node.args as ASTNode[]).map(of));
  }
}

function memberCall([name, target, args]: [string, ASTNode, ASTNode[]], names: Names): Part {
  const loop = loops[name];
  if (!loop || args[0]?.op !== 'id') {
    const values = args.map((arg) => estimate(arg, names));
    if (target.op === 'id' && target.args === 'ip') return callCost(`ip.${name}`, undefined, values);
    return callCost(name, estimate(target, names), values);
  }
  const range = estimate(target, names);
  // Of a list that was computed nothing is known of its elements.
  const body = estimate(args[1]!, new Map(names).set(args[0].args, range.schema?.items));
  const each = loop.step + body.cost;
  const makesList = name === 'filter' || name === 'map';
  // A list that may be empty costs nothing, whatever an element costs.
  const steps = range.size === 0 ? 0 : range.size * each;
  return { cost: range.cost + loop.once + steps, size: makesList ? range.size : scalar };
}

const sum = (parts: Part[]) => parts.reduce((total, { cost }) => total + cost, 0);

/** The estimate for an expression over `schema`. Throws at a field or a name that there is not. */
export const costOf = (text: string, schema: Schema): number =>
  estimate(
    parseCel(text),
    new Map([
      ['self', schema],
      ['oldSelf', schema],
    ]),
  ).cost;
