/** Who reaches whom, by real packets: every cell of the table, under every condition. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Combination, describeCombinations } from '../support/combinations.ts';
import { worldOf } from './describe.ts';
import { damage } from './drift.ts';
import { openings } from './openings.ts';
import { runOpened } from './run.ts';
import { MatrixScene } from './scene.ts';
import { wrongCells } from './told.ts';

/** One of each mode in each kernel: what opens a VRF there is the same in the others. */
const isOpened = ({ backend, pod }: Combination) => (backend === 'device') === (pod === 'device');

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
      await scene.agent.start({ repair: false });
      await damage(scene);
      // The matrix can see: without repair, packets pass, and evidence tells of each.
      const { wrong, untold } = await runOpened(scene, await worldOf(scene), { passes: true });
      expect({ isOpen: wrong.length > 0, untold }).toEqual({ isOpen: true, untold: [] });
      await scene.agent.restart();
      // What was claimed meanwhile stays in neighbour tables until it ages.
      await scene.forgetNeighbours();
      expect(await wrongCells(scene, 'after repair')).toEqual([]);
    });

    if (isOpened(combination)) {
      test('evidence tells of whatever passes by the hands of others', async () => {
        const world = await worldOf(scene);
        for (const opening of openings(scene, world)) {
          const { what, by, undo, breaks } = opening;
          for (const [where, script] of by) await where.run('sh', ['-ec', script]);
          const { wrong, untold, broken } = await runOpened(scene, world, opening);
          for (const [where, script] of undo) await where.run('sh', ['-ec', script]);
          await scene.forgetNeighbours();
          const told = broken.some((text) => text.startsWith(breaks));
          process.stderr.write(`matrix: ${wrong.length} cells open, ${untold.length} untold (${what})\n`);
          expect({ what, isOpen: wrong.length > 0, told, untold }).toEqual({
            what,
            isOpen: true,
            told: true,
            untold: [],
          });
        }
      });
    }

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
