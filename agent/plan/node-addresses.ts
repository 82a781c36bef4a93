/** A pool that would give a pod an address of the node itself. */
import { parseAddress, parsePrefix, parseSpan } from '../../common/addresses.ts';
import { CniCode, CniError } from '../../common/errors.ts';
import type { Vrf } from '../api/vrf.ts';
import { plainAddress } from './routes.ts';

/**
 * Throws a CniError when the VRF would hand out one of `node`, the node's addresses outside VRFs, with prefix length: to
 * such a pod the kubelet's probes would come from the pod's own address, and be answered to itself. Networks may overlap, for
 * look-ups in a VRF never see the node's; this is about the very address. What an annotation names is its author's affair.
 */
export function refuseNodeAddresses({ metadata, spec }: Vrf, node: readonly string[]): void {
  for (const address of node.map(plainAddress)) {
    const where = placeOf(spec.addresses, address);
    if (where === undefined) continue;
    throw new CniError(
      CniCode.refused,
      `VRF ${metadata.name}: spec.addresses.${where} would give a pod ${address}, which is this node's own address`,
      where.startsWith('pools')
        ? `add ${address} to the pool's exclude, or narrow its range`
        : 'reserve another address for that pod',
    );
  }
}

function placeOf({ pools, reservations }: Vrf['spec']['addresses'], text: string): string | undefined {
  const { family, address } = parseAddress(text);
  const inSpan = (span: string) => {
    const { family: its, first, last } = parseSpan(span);
    return its === family && first <= address && address <= last;
  };
  const pool = pools.findIndex(
    ({ subnet, range, exclude = [], gateway }) =>
      inSpan(range ?? subnet) && !exclude.some(inSpan) && (gateway === undefined || !inSpan(gateway)),
  );
  if (pool >= 0) return `pools[${pool}] (${pools[pool]!.range ?? pools[pool]!.subnet})`;
  const reserved = reservations.findIndex(({ addresses }) =>
    addresses.some((one) => {
      const prefix = parsePrefix(one);
      return prefix.family === family && prefix.address === address;
    }),
  );
  return reserved < 0 ? undefined : `reservations[${reserved}]`;
}
