/** The rules of the CRDs compile as an API server compiles them: types, functions of its version, and costs. */
import { describe, expect, test } from '@jest/globals';
import { compilerAt } from './cel.testing.ts';
import { costOf } from './cel-cost.testing.ts';
import { unavailable } from './cel-versions.testing.ts';
import { crd } from './crd.ts';
import { kinds } from './kinds.ts';
import { type Schema, schemaAt } from './schema.ts';

/** StaticEstimatedCostLimit and StaticEstimatedCRDCostLimit of apiextensions-apiserver. */
const expressionLimit = 10_000_000;
const crdLimit = 100_000_000;

/** How often there can be what stands at `at`: each list above it multiplies. */
function cardinality(root: Schema, at: string): number {
  const lists = [...at.matchAll(/\[\]/g)].map(({ index }) => schemaAt(root, at.slice(0, index)));
  return lists.reduce((product, { maxItems = Infinity }) => product * maxItems, 1);
}

const expressions = kinds.flatMap((kind) => {
  const root = crd(kind).spec.versions[0]!.schema.openAPIV3Schema;
  return kind.rules.flatMap(({ name, at, rule, messageExpression }) => [
    { kind: kind.kind, name, at, text: rule, type: 'bool', times: cardinality(root, at), schema: schemaAt(root, at) },
    // An API server counts a message once, wherever it stands.
    ...(messageExpression === undefined
      ? []
      : [
          {
            kind: kind.kind,
            name: `${name}, its message`,
            at,
            text: messageExpression,
            type: 'string',
            times: 1,
            schema: schemaAt(root, at),
          },
        ]),
  ]);
});

describe.each(expressions)('$kind: rule $name', ({ text, type, times, schema }) => {
  test('is of the right type', () => {
    expect([text, compilerAt(schema)(text)]).toEqual([text, type]);
  });

  test('calls what the oldest supported Kubernetes has', () => {
    expect(unavailable(text)).toEqual([]);
  });

  test('costs less than an API server allows', () => {
    expect(costOf(text, schema) * times).toBeLessThan(expressionLimit);
  });
});

test.each(kinds.map(({ kind }) => kind))('the rules of %s cost less together than an API server allows', (kind) => {
  const costs = expressions.filter((one) => one.kind === kind).map((one) => costOf(one.text, one.schema) * one.times);
  expect(costs.reduce((sum, cost) => sum + cost, 0)).toBeLessThan(crdLimit);
});
