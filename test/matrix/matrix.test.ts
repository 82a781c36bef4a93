/** Who reaches whom, by real packets: every cell of the table, under every condition. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Combination, describeCombinations } from '../support/combinations.ts';
import { worldOf } from './describe.ts';
import { damage } from './drift.ts';
import { leaksUnrepaired } from './run.ts';
import { MatrixScene } from './scene.ts';
import { wrongCells } from './told.ts';

jest.setTimeout(180_000);

describeCombinations((combination: Combination) => {
  describe('every cell is as the table says', () => {
    let scene: MatrixScene;
    beforeAll(async () => {
      scene = await MatrixScene.open(combination);
    });
    afterAll(() => scene?.close());

    test('as attached', async () => {
      expect(await wrongCells(scene, 'as attached')).toEqual([]);
    });

    test('after the agent was killed and started again', async () => {
      await scene.agent.kill();
      await scene.agent.start();
      expect(await wrongCells(scene, 'after a restart')).toEqual([]);
    });

    test('after damage done by hand that the agent repaired', async () => {
      await scene.agent.kill();
      await damage(scene);
      // The matrix can see: without repair, packets pass.
      expect((await leaksUnrepaired(scene)).length).toBeGreaterThan(0);
      await scene.agent.start();
      // What was claimed meanwhile stays in neighbour tables until it ages.
      await scene.forgetNeighbours();
      expect(await wrongCells(scene, 'after repair')).toEqual([]);
    });

    test("with both customers using the cluster's and the node's addresses too", async () => {
      await scene.overlap(await worldOf(scene));
      expect(await wrongCells(scene, 'overlapping addresses')).toEqual([]);
    });
  });

  describe('every cell is as the table says with hostile sysctls on node and pods', () => {
    let scene: MatrixScene;
    beforeAll(async () => {
      scene = await MatrixScene.open(combination, { hostile: true });
    });
    afterAll(() => scene?.close());

    test('as attached', async () => {
      expect(await wrongCells(scene, 'hostile sysctls')).toEqual([]);
    });
  });
});
