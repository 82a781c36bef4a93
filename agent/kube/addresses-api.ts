/** Requests about VRFAddress objects. Each resolves with what came of it where others may have been faster. */
import {
  addressesPath,
  type HeldAddress,
  holderOf,
  type PodRef,
  podLabel,
  podLabelOf,
  toHeld,
  toObject,
  type Wanted,
} from './addresses-object.ts';
import { ApiError, unless } from './api-error.ts';
import type { KubeClient, KubeRequest } from './client.ts';
import { eachOf, listAll } from './list.ts';
import type { KubeList, KubeObject } from './object.ts';

/** Milliseconds for one request. */
const patience = 5_000;
/** Addresses of a VRF that an ADD reads at once: 200 KB, with the managedFields that an API server adds. */
const few = 250;

export class AddressApi {
  /** The uids of what was deleted here, while a watch may not have told of it yet. */
  readonly removed = new Set<string>();
  readonly #client: KubeClient;
  readonly #node: string;

  /** `node` is the name of this one. */
  constructor(client: KubeClient, node: string) {
    this.#client = client;
    this.#node = node;
  }

  /** Undefined when nobody holds the address of that name. */
  async get(name: string): Promise<HeldAddress | undefined> {
    const object = await this.#unless<KubeObject>([404], { path: pathOf(name) });
    return object && toHeld(object);
  }

  /** The allocation; undefined when somebody holds the address already. */
  async create(wanted: Wanted): Promise<HeldAddress | undefined> {
    const body = toObject(wanted, this.#node);
    const object = await this.#unless<KubeObject>([409], { method: 'POST', path: addressesPath, body });
    return object && toHeld(object);
  }

  /** Writes another holder into an object; undefined when it is not as it was any more. */
  async handOver({ name, resourceVersion }: HeldAddress, wanted: Wanted): Promise<HeldAddress | undefined> {
    const { metadata, spec } = holderOf(wanted, this.#node);
    const object = await this.#unless<KubeObject>([404, 409], {
      method: 'PATCH',
      path: pathOf(name),
      body: { metadata: { ...metadata, resourceVersion }, spec },
      contentType: 'application/merge-patch+json',
    });
    return object && toHeld(object);
  }

  /** Deletes exactly this version of an object. Whether nobody has changed it meanwhile; gone is as good as deleted. */
  async remove({ name, uid, resourceVersion }: HeldAddress): Promise<boolean> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
    try {
      await this.#client.request({ method: 'DELETE', path: pathOf(name), body, timeout: patience });
    } catch (error) {
      if (error instanceof ApiError && error.code === 409) return false;
      if (!(error instanceof ApiError && error.code === 404)) throw error;
    }
    this.removed.add(uid);
    return true;
  }

  /** All that is held in a VRF. */
  async inVrf(vrf: string): Promise<HeldAddress[]> {
    return this.#list({ fieldSelector: `spec.vrf=${vrf}` });
  }

  /** The same where it is no more than one page; else undefined. */
  async fewInVrf(vrf: string): Promise<HeldAddress[] | undefined> {
    const query = { fieldSelector: `spec.vrf=${vrf}`, limit: String(few) };
    const { metadata, items } = await this.#client.request<KubeList>({ path: addressesPath, query, timeout: patience });
    return metadata.continue ? undefined : items.map(toHeld);
  }

  /** What a pod of this name holds in a VRF, wherever. */
  async ofPod(vrf: string, pod: PodRef): Promise<HeldAddress[]> {
    return this.#list({ fieldSelector: `spec.vrf=${vrf}`, labelSelector: `${podLabel}=${podLabelOf(pod)}` });
  }

  /** Everything that is held in the cluster. */
  async *all(): AsyncGenerator<HeldAddress> {
    for await (const object of eachOf(this.#client, addressesPath)) yield toHeld(object);
  }

  async #list(query: Record<string, string>): Promise<HeldAddress[]> {
    const { items } = await listAll(this.#client, addressesPath, query, AbortSignal.timeout(patience));
    return items.map(toHeld);
  }

  #unless<T>(codes: readonly number[], request: KubeRequest): Promise<T | undefined> {
    return unless(codes, this.#client.request<T>({ timeout: patience, ...request }));
  }
}

const pathOf = (name: string) => `${addressesPath}/${encodeURIComponent(name)}`;
