/** Attachments that cannot be in one pod together because of `accept`. */
import { contains, parsePrefix } from '../../common/addresses.ts';
import { CniCode, CniError } from '../../common/errors.ts';
import type { Attachment } from './desired.ts';
import type { Rule } from './kernel-object.ts';
import { podSide } from './pod.ts';

/**
 * Throws a CniError where `accept: any` of one attachment would open another one, which asks for bound sockets only
 * (tcp_l3mdev_accept is one for all VRF devices of a pod), or where an unbound socket could mean two VRFs.
 */
export function refuseMixedAccept(attachments: readonly Attachment[]): void {
  const any = attachments.find(({ accept }) => accept === 'any');
  const bound = attachments.find(({ accept, pod }) => accept !== 'any' && pod.kind === 'device');
  if (any?.pod.kind === 'device' && bound) {
    throw new CniError(
      CniCode.refused,
      `accept is any in VRF ${any.vrf.name} and bound in VRF ${bound.vrf.name} for one pod`,
      'the kernel has one setting for all VRF devices of a pod: say the same of each, or use two pods',
    );
  }
  const rules = attachments.flatMap((attachment) => unbound(attachment).map((rule) => ({ ...rule, attachment })));
  rules.forEach(({ to, attachment: one }, index) => {
    const other = rules.slice(index + 1).find((rule) => rule.attachment !== one && overlap(to!, rule.to!));
    if (!other) return;
    throw new CniError(
      CniCode.refused,
      `${to} of VRF ${one.vrf.name} and ${other.to} of VRF ${other.attachment.vrf.name} overlap, and both accept any socket of one pod`,
      'a socket that is bound to nothing could mean either: let only one of them accept any, or use two pods',
    );
  });
}

function unbound(attachment: Attachment): Rule[] {
  if (attachment.accept !== 'any') return [];
  return podSide(attachment).filter(
    (object): object is Rule => object.object === 'rule' && object.to !== undefined && object.action === 'lookup',
  );
}

function overlap(a: string, b: string): boolean {
  const [one, other] = [parsePrefix(a), parsePrefix(b)];
  return contains(one, other.family, other.address) || contains(other, one.family, one.address);
}
