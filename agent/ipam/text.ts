/** What errors about addresses name: the key that was read, the pod, the owner. */
import { CniCode, CniError } from '../../common/errors.ts';
import type { Owner } from './table.ts';

/** Runs one of the parsers of common/addresses.ts; its RangeError becomes CniError invalidConfig that names `key`. */
export function reading<T>(key: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    throw new CniError(CniCode.invalidConfig, `${key}: ${(error as Error).message}`, undefined, { cause: error });
  }
}

/** An owner for an error message: pod or, outside Kubernetes, container; and interface. */
export function ownerText(owner: Owner): string {
  return `${owner.pod ? podText(owner) : `container ${owner.containerId}`} (interface ${owner.interface})`;
}

/** `bgp/speaker-0` */
export function podText({ namespace, pod }: { namespace: string; pod: string }): string {
  return `${namespace}/${pod}`;
}
