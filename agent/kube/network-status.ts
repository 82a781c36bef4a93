/** The annotation network-status of pods: our interfaces among those of other plugins, which may write at the same time. */
import { isDeepStrictEqual } from 'node:util';
import { unless } from './api-error.ts';
import type { KubeObject } from './object.ts';
import { networkStatusAnnotation, podPath } from './pod-object.ts';
import type { KnownPod } from './pods.ts';
import type { Writer } from './writer.ts';

/** One entry, as the Network Plumbing Working Group's "Multi-network spec", 4.1, has it. */
export interface NetworkStatus {
  /** `multivrf.dev/customer-a` */
  name: string;
  interface: string;
  /** Without prefix length. */
  ips: string[];
  mac: string;
  /** Whether the pod's default route in the cluster is there: never ours. */
  default: false;
  dns: Record<string, never>;
}

const ours = 'multivrf.dev/';

/** `addresses` have a prefix length each. */
export function networkStatusOf(vrf: string, name: string, addresses: readonly string[], mac: string): NetworkStatus {
  const ips = addresses.map((address) => address.split('/', 1)[0]!);
  return { name: ours + vrf, interface: name, ips, mac, default: false, dns: {} };
}

/** The annotation with `own` as our entries, and all others as they are; undefined when it is that already. Throws for what is no list. */
export function mergeNetworkStatus(text: string | undefined, own: readonly NetworkStatus[]): string | undefined {
  const all: unknown = text === undefined || text.trim() === '' ? [] : JSON.parse(text);
  if (!Array.isArray(all)) throw new Error('it is no list');
  const former = all.filter(isOurs);
  if (isDeepStrictEqual(former, own)) return undefined;
  return JSON.stringify([...all.filter((entry) => !isOurs(entry)), ...own]);
}

const isOurs = (entry: unknown): boolean => String((entry as { name?: unknown } | null)?.name).startsWith(ours);

export class NetworkStatuses {
  readonly #writer: Writer;
  readonly #wanted = new Map<string, { pod: KnownPod; own: readonly NetworkStatus[] }>();

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** What attached pods are to have. Of others nothing is changed: a pod that is detached is about to go. */
  sync(wanted: readonly { pod: KnownPod; own: readonly NetworkStatus[] }[]): void {
    const gone = new Set(this.#wanted.keys());
    for (const { pod, own } of wanted) {
      const key = `${pod.namespace}/${pod.name}`;
      gone.delete(key);
      const before = this.#wanted.get(key);
      // Until somebody writes to the pod there is nothing new to find.
      if (before && before.pod === pod && isDeepStrictEqual(before.own, own)) continue;
      this.#wanted.set(key, { pod, own });
      if (isMissing(pod.networkStatus, own)) this.#writer.put(`network-status of ${key}`, () => this.#write(key));
    }
    for (const key of gone) this.#wanted.delete(key);
  }

  #write(key: string): Promise<void> {
    return this.#writer.untilAgreed(async () => {
      const wanted = this.#wanted.get(key);
      if (!wanted) return;
      const path = podPath(wanted.pod.namespace, wanted.pod.name);
      const object = await unless([404], this.#writer.send<KubeObject>({ path }));
      if (object?.metadata.uid !== wanted.pod.uid) return;
      const { uid, resourceVersion, annotations } = object.metadata;
      const text = annotations?.[networkStatusAnnotation];
      if (!isMissing(text, wanted.own)) return;
      const next = mergeNetworkStatus(text, wanted.own);
      const metadata = { uid, resourceVersion, annotations: { [networkStatusAnnotation]: next } };
      const contentType = 'application/merge-patch+json';
      // The kubelet's and Multus' own way: of a pod's status nothing that it runs can be changed.
      await this.#writer.send({ method: 'PATCH', path: `${path}/status`, contentType, body: { metadata } });
    });
  }
}

/** Somebody's annotation that cannot be read is left alone. */
function isMissing(text: string | undefined, own: readonly NetworkStatus[]): boolean {
  try {
    return mergeNetworkStatus(text, own) !== undefined;
  } catch {
    return false;
  }
}
