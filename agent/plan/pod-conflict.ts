/** Attachments that cannot be in one pod together. */
import { CniCode, CniError } from '../../common/errors.ts';
import type { Attachment } from './desired.ts';
import { plainAddress } from './routes.ts';

/**
 * Throws a CniError where two attachments made with policy rules have the same address: which VRF a packet from that
 * address belongs to could not be told. With VRF devices the socket's device tells.
 */
export function refuseAmbiguousAddresses(attachments: readonly Attachment[]): void {
  const first = new Map<string, Attachment>();
  for (const attachment of attachments.filter(({ pod }) => pod.kind === 'rules')) {
    for (const address of attachment.addresses.map(plainAddress)) {
      const other = first.get(address);
      if (other) {
        throw new CniError(
          CniCode.refused,
          `address ${address} is asked for in VRF ${other.vrf.name} and in VRF ${attachment.vrf.name} for one pod`,
          'on a kernel without VRF devices (or with pod: rules) a pod tells its VRFs apart by its address: use different ones',
        );
      }
      first.set(address, attachment);
    }
  }
}
