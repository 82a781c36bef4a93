/** What this node says of each VRF in its status. */
import type { AddRequest } from '../../common/protocol.ts';
import { parseAttach } from '../api/annotation.ts';
import type { Vrf } from '../api/vrf.ts';
import type { Word } from '../kube/vrf-status.ts';
import type { KubernetesSource } from '../sources/kubernetes.ts';
import type { Agent } from './agent.ts';
import { type Unready, whyNotReady } from './vrf-readiness.ts';

export class VrfWords {
  readonly #agent: Agent;
  readonly #source: KubernetesSource;
  /** VRFs that a pod has asked for in vain, until they are ready. */
  readonly #wanted = new Set<string>();
  readonly #found = new Map<string, { vrf: Vrf; why: Unready | undefined }>();

  constructor(agent: Agent, source: KubernetesSource) {
    this.#agent = agent;
    this.#source = source;
  }

  failed({ attach }: AddRequest): void {
    try {
      for (const { vrf } of parseAttach(attach)) {
        this.#wanted.add(vrf);
        this.#found.delete(vrf);
      }
    } catch {
      // An annotation that cannot be read is no VRF's fault.
    }
  }

  /** With `anew` the kernel is asked again about those that were looked at before. Undefined while nobody knows which VRFs there are. */
  now(anew: boolean): Map<string, Word> | undefined {
    const names = this.#source.names();
    if (!names) return undefined;
    const counts = new Map<string, number>();
    for (const { attachment } of this.#agent.attachments.list())
      counts.set(attachment.vrf.name, (counts.get(attachment.vrf.name) ?? 0) + 1);
    if (anew) this.#found.clear();
    for (const name of this.#wanted) if (!names.includes(name)) this.#wanted.delete(name);
    return new Map(names.map((name) => [name, this.#word(name, counts.get(name) ?? 0)]));
  }

  #word(name: string, attachments: number): Word {
    const verdict = this.#source.verdict?.(name);
    if (attachments === 0 && !this.#wanted.has(name)) return { entry: undefined, verdict };
    const why = this.#why(name, verdict?.invalid);
    if (attachments === 0 && !why) {
      this.#wanted.delete(name);
      return { entry: undefined, verdict };
    }
    return { entry: { ready: why === undefined, ...why, attachments }, verdict };
  }

  #why(name: string, invalid: string | undefined): { reason: string; message: string } | undefined {
    const vrf = this.#source.get(name);
    if (!vrf) return invalid === undefined ? undefined : { reason: 'Invalid', message: invalid };
    const known = this.#found.get(name);
    // A definition is the same object until it changes.
    if (known?.vrf === vrf) return known.why;
    const why = whyNotReady(this.#agent, vrf);
    this.#found.set(name, { vrf, why });
    return why;
  }
}
