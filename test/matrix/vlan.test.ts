/** Two customers whose uplinks are VLANs on one cable: who reaches whom by which tag. */
import { afterEach, expect, test } from '@jest/globals';
import { describeCombinations } from '../support/combinations.ts';
import { hasVlans, hasVrfDevices } from '../support/kernel.ts';
import { MatrixScene } from './scene.ts';
import { wrongCells } from './told.ts';

if (!hasVlans()) test.skip('customers as VLANs on one cable: this kernel has no VLAN devices', () => {});
else
  describeCombinations(
    (combination) => {
      let scene: MatrixScene;
      afterEach(() => scene?.close());

      test('by its own tag a customer reaches its pods, and by no other tag anybody', async () => {
        scene = await MatrixScene.open(combination, { vlans: { a: 100, b: 200 } });
        expect(await wrongCells(scene, 'VLANs on one cable')).toEqual([]);
      });
    },
    // The pod's side makes no difference; each mode and each backend comes once.
    ({ mode, backend, pod }) =>
      pod === (hasVrfDevices() ? 'device' : 'rules') && (mode === 'bridge') === (backend === 'namespace'),
  );
