/** The rules of the CRDs compile as an API server compiles them: types, functions of its version, and costs. */
import { describe, expect, test } from '@jest/globals';
import { compilerAt } from './cel.testing.ts';
import { costOf } from './cel-cost.testing.ts';
import { unavailable } from './cel-versions.testing.ts';
import { crd } from './crd.ts';
import { kinds } from './kinds.ts';
import { type Schema, schemaAt } from './schema.ts';

/** StaticEstimatedCostLimit and StaticEstimatedCRDCostLimit of apiextensions-apiserver, by which it judges a CRD. */
const expressionLimit = 10_000_000;
const crdLimit = 100_000_000;

/** PerCallLimit and RuntimeCELCostBudget of apiserver/pkg/apis/cel/config.go, at which it stops to judge an object. */
const callLimit = 1_000_000;
const objectLimit = 10_000_000;

/** How often there can be what stands at `at`: each list above it multiplies. */
function cardinality(root: Schema, at: string): number {
  const lists = [...at.matchAll(/\[\]/g)].map(({ index }) => schemaAt(root, at.slice(0, index)));
  return lists.reduce((product, { maxItems = Infinity }) => product * maxItems, 1);
}

const guard = /^self\.(?<one>\w+)\.size\(\) \* self\.(?<other>\w+)\.size\(\) > (?<most>\d+) \|\| /;

/**
 * What one evaluation costs at most: no more than the estimate, which takes each character for four bytes, and of a rule that is kept
 * for so many pairs of elements (upToPairs) that part of it.
 */
function callCost(rule: string, schema: Schema): number {
  const { one, other, most } = guard.exec(rule)?.groups ?? {};
  const pairs = [one, other].map((list) => (list === undefined ? 1 : schemaAt(schema, list).maxItems!));
  return costOf(rule, schema) * Math.min(1, Number(most ?? 1) / pairs.reduce((product, size) => product * size));
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

test.each(kinds)('the rules of $kind can judge the largest object that there may be', ({ kind }) => {
  const rules = expressions.filter((one) => one.kind === kind && one.type === 'bool');
  const costs = rules.map(({ name, text, schema, times }) => ({ name, once: callCost(text, schema), times }));
  expect(costs.filter(({ once }) => once >= callLimit)).toEqual([]);
  expect(costs.reduce((sum, { once, times }) => sum + once * times, 0)).toBeLessThan(objectLimit);
});
