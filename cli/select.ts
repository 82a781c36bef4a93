/** Which attachments a command line means. */
import { CniCode, CniError } from '../common/errors.ts';
import type { ListedAttachment } from '../common/protocol.ts';

/** `bgp/speaker-0`; outside Kubernetes the container's id. */
export function podName({ namespace, pod, containerId }: ListedAttachment): string {
  return pod === '' ? containerId : `${namespace}/${pod}`;
}

/**
 * Those of one pod, named as NAMESPACE/POD, as POD where only one namespace has it, or by (the first characters of) its container's id; all
 * without a name. Throws a CniError when no pod is meant, or several.
 */
export function select(all: readonly ListedAttachment[], name: string | undefined): readonly ListedAttachment[] {
  if (name === undefined) return all;
  const exact = all.filter((one) => podName(one) === name);
  const found =
    exact.length > 0 ? exact : all.filter(({ pod, containerId }) => pod === name || containerId.startsWith(name));
  const pods = [...new Set(found.map(podName))];
  if (pods.length === 1) return found;
  const known = [...new Set(all.map(podName))].join(', ') || 'no pod';
  throw new CniError(
    CniCode.unknownContainer,
    pods.length === 0 ? `no attachment of pod ${name} on this node` : `${name} names several pods: ${pods.join(', ')}`,
    pods.length === 0 ? `attached are ${known}` : 'say which one as NAMESPACE/POD',
  );
}
