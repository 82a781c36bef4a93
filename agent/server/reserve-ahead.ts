/**
 * Has the addresses that VRFs reserve for pods before these start: between the moment in which a pod is known to be this node's and
 * its ADD the kubelet needs longer than the API for an answer. Whatever does not work out here the ADD says.
 */
import { formatAddress } from '../../common/addresses.ts';
import { type AttachmentRequest, parseAttach } from '../api/annotation.ts';
import { addressPlan } from '../ipam/address-plan.ts';
import { reservedFor } from '../ipam/named.ts';
import type { Addresses } from '../kube/addresses.ts';
import type { Wanted } from '../kube/addresses-object.ts';
import type { KnownPod } from '../kube/pods.ts';
import type { Agent } from './agent.ts';
import { openVrf } from './attach-refusals.ts';

export class ReserveAhead {
  readonly #agent: Agent;
  readonly #addresses: Addresses;
  /** Pods that were looked at. */
  #seen = new Set<string>();

  constructor(agent: Agent, addresses: Addresses) {
    this.#agent = agent;
    this.#addresses = addresses;
  }

  /** To be called when the pods of this node have changed. Never throws. */
  look(): void {
    const before = this.#seen;
    this.#seen = new Set();
    for (const pod of this.#agent.pods?.list() ?? []) {
      this.#seen.add(pod.uid);
      if (before.has(pod.uid) || pod.attach === undefined) continue;
      for (const wanted of this.#reserved(pod, pod.attach)) this.#addresses.prepare(wanted);
    }
  }

  #reserved(pod: KnownPod, attach: string): Wanted[] {
    try {
      return parseAttach(attach).flatMap((one) => this.#reservedIn(one, pod));
    } catch {
      return [];
    }
  }

  #reservedIn({ vrf: name, addresses }: AttachmentRequest, pod: KnownPod): Wanted[] {
    const identity = { namespace: pod.namespace, pod: pod.name };
    const vrf = openVrf(this.#agent, name, identity);
    if (addresses !== undefined) return [];
    const owner = { ...identity, containerId: '', interface: '' };
    return reservedFor(addressPlan(vrf), owner).map(({ family, address }) => ({
      vrf: name,
      address: formatAddress(family, address),
      pod: { namespace: pod.namespace, name: pod.name, uid: pod.mirrorOf ?? pod.uid },
      sticky: true,
      reserved: true,
    }));
  }
}
