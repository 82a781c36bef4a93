/** Every way to realise an attachment, and which of them the kernel at hand can do. */
import { describe, test } from '@jest/globals';
import { hasVrfDevices } from './kernel.ts';

export interface Combination {
  mode: 'bridge' | 'routed';
  backend: 'device' | 'namespace';
  pod: 'device' | 'rules';
}

const all: readonly Combination[] = (['bridge', 'routed'] as const).flatMap((mode) =>
  (['device', 'namespace'] as const).flatMap((backend) =>
    (['device', 'rules'] as const).map((pod) => ({ mode, backend, pod })),
  ),
);

/** A bridge on the node needs no VRF device, even with backend `device`. */
function needsVrfDevice({ mode, backend, pod }: Combination): boolean {
  return pod === 'device' || (mode === 'routed' && backend === 'device');
}

/** The suite runs in two kernels when the first has no VRF devices: then the second need not do again what the first could. */
const isSecondKernel = process.env.MULTIVRF_TEST_ONLY === 'vrf-devices';

/** In the order in which they are preferred by `auto`. */
export const possible = all.filter((combination) => hasVrfDevices() || !needsVrfDevice(combination));

const name = ({ mode, backend, pod }: Combination) => `${mode} mode, backend ${backend}, pod side ${pod}`;

/**
 * A `describe` for each combination that `selected` takes; those that this kernel cannot do are skipped by name. With
 * MULTIVRF_TEST_ONLY=vrf-devices in the environment, for those alone that need VRF devices.
 */
export function describeCombinations(
  block: (combination: Combination) => void,
  selected: (combination: Combination) => boolean = () => true,
): void {
  const wanted = isSecondKernel ? all.filter(needsVrfDevice) : all;
  for (const combination of wanted.filter(selected)) {
    if (possible.includes(combination)) describe(name(combination), () => block(combination));
    else test.skip(`${name(combination)}: this kernel has no VRF devices`, () => {});
  }
}
