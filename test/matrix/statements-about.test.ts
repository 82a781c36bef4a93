/** No cell is without a statement: each would be told false by evidence if packets passed. */
import { describe, expect, test } from '@jest/globals';
import type { Combination } from '../support/combinations.ts';
import { nameOf } from './cells/cell.ts';
import { cellsOf } from './cells/table.ts';
import { neighbourCells } from './neighbours.ts';
import { aboutNeighbours, statementsAbout } from './statements-about.ts';
import { worldLiteral } from './worlds.testing.ts';

const combinations: Combination[] = (['bridge', 'routed'] as const).flatMap((mode) =>
  (['device', 'rules'] as const).map((pod) => ({ mode, backend: 'device', pod })),
);

describe.each(combinations)('$mode mode, pod side $pod', (combination) => {
  test.each([false, true])('every cell has a statement; with overlapping addresses: %j', (overlap) => {
    const world = worldLiteral(combination, overlap);
    const silent = [
      ...cellsOf(world)
        .filter((cell) => statementsAbout(cell, world).length === 0)
        .map(nameOf),
      ...neighbourCells(world).filter((cell) => aboutNeighbours(cell, world).length === 0),
    ];
    expect(silent).toEqual([]);
  });
});
