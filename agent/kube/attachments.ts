/** The VRFAttachment objects of this node: who is where, and how it is. */
import { isDeepStrictEqual } from 'node:util';
import { apiPath, apiVersion } from '../api/api-version.ts';
import { attachmentName, type VrfAttachment } from '../api/vrf-attachment.ts';
import { unless } from './api-error.ts';
import { type Ailment, type AttachmentCondition, conditionsOf } from './attachments-conditions.ts';
import type { KubeClient } from './client.ts';
import { listAll } from './list.ts';
import type { KubeObject } from './object.ts';
import type { Writer } from './writer.ts';

/** One attachment as it is on the node. */
export interface Attached {
  namespace: string;
  pod: string;
  /** Of the Pod object; undefined while it is not known: then nothing is written, and nothing deleted. */
  uid: string | undefined;
  vrf: string;
  interface: string;
  /** With prefix length. */
  addresses: readonly string[];
  mac: string;
  /** Undefined when it is as it was made. */
  ailment: Ailment | undefined;
}

/** An object in the API, as far as it was read or written here. */
interface Known {
  uid: string;
  spec: VrfAttachment['spec'];
  conditions: readonly AttachmentCondition[];
}

interface Options {
  client: KubeClient;
  writer: Writer;
  nodeName: string;
}

export class AttachmentObjects {
  readonly #options: Options;
  #wanted = new Map<string, Attached>();
  /** By NAMESPACE/NAME; undefined before the first list. */
  #known: Map<string, Known> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** What there is on this node now; what has changed since is written. */
  sync(attached: readonly Attached[]): void {
    this.#wanted = new Map(attached.map((one) => [keyOf(one), one]));
    if (!this.#known) {
      this.#options.writer.put('list of VRFAttachments', () => this.#list());
      return;
    }
    for (const [key, one] of this.#wanted) if (this.#isDue(one, this.#known.get(key))) this.#put(key);
    for (const key of this.#known.keys()) if (!this.#wanted.has(key)) this.#put(key);
  }

  /** To be called when others may have written meanwhile, as after an outage: the API is read again. */
  forget(): void {
    this.#known = undefined;
  }

  #put(key: string): void {
    this.#options.writer.put(`VRFAttachment ${key}`, () => this.#converge(key));
  }

  #isDue(one: Attached, known: Known | undefined): boolean {
    if (one.uid === undefined) return false;
    if (!known) return true;
    return !isDeepStrictEqual(known.spec, this.#specOf(one)) || isNews(one, known);
  }

  async #list(): Promise<void> {
    // It was asked for again while it was on its way.
    if (this.#known) return;
    const { client, nodeName } = this.#options;
    const query = { fieldSelector: `spec.node=${nodeName}` };
    const { items } = await listAll(client, `${apiPath}/vrfattachments`, query, AbortSignal.timeout(60_000));
    this.#known = new Map(items.map((item) => [`${item.metadata.namespace}/${item.metadata.name}`, read(item)]));
    this.sync([...this.#wanted.values()]);
  }

  async #converge(key: string): Promise<void> {
    const wanted = this.#wanted.get(key);
    const known = this.#known?.get(key);
    if (!wanted) {
      if (known) await this.#delete(key, known);
    } else if (wanted.uid !== undefined) {
      // A pod of the same name, and another one.
      if (known && known.spec.pod.uid !== wanted.uid) await this.#delete(key, known);
      await this.#write(key, wanted);
    }
  }

  async #write(key: string, wanted: Attached): Promise<void> {
    const { writer } = this.#options;
    const body = this.#bodyOf(wanted, this.#known?.get(key)?.conditions ?? []);
    if (!this.#known?.has(key)) {
      const request = { method: 'POST', path: pathOf(wanted.namespace), body: objectOf(wanted, body) } as const;
      const created = await unless([409], writer.send<KubeObject>(request));
      // Somebody, an earlier agent perhaps, was here before: the next round sees what there is.
      const found = created ?? (await unless([404], writer.send<KubeObject>({ path: pathOfKey(key) })));
      if (!found) return;
      this.#note(key, found);
      if (!created) await this.#converge(key);
    } else if (this.#isDue(wanted, this.#known.get(key))) await this.#patch(pathOfKey(key), body, key);
  }

  async #patch(path: string, body: object, key: string): Promise<void> {
    const contentType = 'application/merge-patch+json';
    const { writer } = this.#options;
    const object = await unless([404], writer.send<KubeObject>({ method: 'PATCH', path, contentType, body }));
    if (object) this.#note(key, object);
    // Deleted by hand: to be made anew.
    else this.#known?.delete(key);
  }

  async #delete(key: string, { uid }: Known): Promise<void> {
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid } };
    const { writer } = this.#options;
    // 409: it is another object by now.
    await unless([404, 409], writer.send({ method: 'DELETE', path: pathOfKey(key), body }));
    this.#known?.delete(key);
  }

  #note(key: string, object: KubeObject): void {
    this.#known?.set(key, read(object));
  }

  /** What the agent says of an attachment, all in one write: the status of this kind is no subresource. */
  #bodyOf(wanted: Attached, before: readonly AttachmentCondition[]): Pick<VrfAttachment, 'spec' | 'status'> {
    return { spec: this.#specOf(wanted), status: { conditions: conditionsOf(wanted.ailment, before, new Date()) } };
  }

  #specOf({ vrf, pod, uid = '', interface: name, addresses, mac }: Attached): VrfAttachment['spec'] {
    const { nodeName: node } = this.#options;
    return { vrf, pod: { name: pod, uid }, node, interface: name, addresses: [...addresses], mac };
  }
}

function objectOf({ namespace, pod, vrf, uid }: Attached, body: object): object {
  // Without blockOwnerDeletion, which would need the right to change the pod's finalizers.
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: pod, uid }];
  const metadata = { name: attachmentName(pod, vrf), namespace, ownerReferences };
  return { apiVersion, kind: 'VRFAttachment', metadata, ...body };
}

const isNews = ({ ailment }: Attached, { conditions }: Known): boolean =>
  !isDeepStrictEqual(conditionsOf(ailment, conditions, new Date(0)), conditions);

const keyOf = ({ namespace, pod, vrf }: Attached): string => `${namespace}/${attachmentName(pod, vrf)}`;

const pathOf = (namespace: string): string => `${apiPath}/namespaces/${namespace}/vrfattachments`;

function pathOfKey(key: string): string {
  const [namespace = '', name = ''] = key.split('/');
  return `${pathOf(namespace)}/${name}`;
}

function read({ metadata, spec, status }: KubeObject & { status?: unknown }): Known {
  const { conditions = [] } = (status ?? {}) as { conditions?: AttachmentCondition[] };
  return { uid: metadata.uid ?? '', spec: spec as VrfAttachment['spec'], conditions };
}
