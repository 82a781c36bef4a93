/** No cell is without a statement: each would be told false by evidence if packets passed. */
import { describe, expect, test } from '@jest/globals';
import type { Combination } from '../support/combinations.ts';
import { nameOf } from './cells/cell.ts';
import { cellsOf } from './cells/table.ts';
import { aboutTrace, statementsAbout } from './statements-about.ts';
import { traceCells } from './traces.ts';
import { worldLiteral } from './worlds.testing.ts';

const combinations: Combination[] = (['bridge', 'routed'] as const).flatMap((mode) =>
  (['device', 'rules'] as const).map((pod) => ({ mode, backend: 'device', pod })),
);

describe.each(combinations)('$mode mode, pod side $pod', (combination) => {
  const port = { netns: 'trunk', dev: 'eth0', mac: '02:00:00:00:01:01' };
  test.each([
    ['as attached', worldLiteral(combination, false)],
    ['with overlapping addresses', worldLiteral(combination, true)],
    ['with VLANs on one cable', { ...worldLiteral(combination, false), trunk: { port, vlans: { a: 100, b: 200 } } }],
  ])('every cell has a statement, %s', (_, world) => {
    const silent = [
      ...cellsOf(world)
        .filter((cell) => statementsAbout(cell, world).length === 0)
        .map(nameOf),
      ...traceCells(world)
        .filter((cell) => aboutTrace(cell, world).length === 0)
        .map(({ name }) => name),
    ];
    expect(silent).toEqual([]);
  });
});
