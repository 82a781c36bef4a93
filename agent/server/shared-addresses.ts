/**
 * Addresses that are unique in a cluster: what an ADD needs of them is had before it is served, and given back when it fails or
 * its attachment ends. What an ADD does itself stays as it is, and waits for nobody.
 */
import { parseAddress } from '../../common/addresses.ts';
import { CniCode, CniError } from '../../common/errors.ts';
import type { AddRequest, Reply } from '../../common/protocol.ts';
import { parseAttach } from '../api/annotation.ts';
import { Deadline } from '../apply/deadline.ts';
import { addressPlan } from '../ipam/address-plan.ts';
import { reservedFor } from '../ipam/named.ts';
import type { Addresses } from '../kube/addresses.ts';
import type { Wanted } from '../kube/addresses-object.ts';
import { close } from '../netlink/sys/libc.ts';
import { plainAddress } from '../plan/routes.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';
import { openVrf, refuseRepeated } from './attach-refusals.ts';
import { beforeAdd } from './before-add.ts';
import type { Handler, Incoming } from './cni-socket.ts';
import { type PodIdentity, podIdentity, podUid } from './identity.ts';
import { Reservation } from './reserve.ts';
import { reservedOwner } from './reserved-owner.ts';

export class SharedAddresses {
  readonly #agent: Agent;
  readonly #addresses: Addresses;
  /** ADDs and DELs under way, by container: one after the other. */
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(agent: Agent, addresses: Addresses) {
    this.#agent = agent;
    this.#addresses = addresses;
  }

  /** Serves a request by `next`, an ADD with the addresses that it is to have. */
  async handle(incoming: Incoming, next: Handler): Promise<Reply> {
    const { request, descriptor } = incoming;
    if (request.verb !== 'ADD' && request.verb !== 'DEL') return next(incoming);
    const deadline = new Deadline(request.timeout);
    const before = this.#busy.get(request.containerId);
    const mine = (async () => {
      // A DEL that overtook its ADD would leave an attachment behind.
      await before?.catch(() => {});
      const left = { ...request, timeout: deadline.left };
      return request.verb === 'ADD'
        ? this.#add({ ...request, timeout: deadline.left }, descriptor, deadline, next)
        : next({ request: left, descriptor });
    })();
    this.#busy.set(request.containerId, mine);
    try {
      return await mine;
    } finally {
      if (this.#busy.get(request.containerId) === mine) this.#busy.delete(request.containerId);
    }
  }

  async #add(request: AddRequest, descriptor: number | undefined, deadline: Deadline, next: Handler): Promise<Reply> {
    const reservations: Reservation[] = [];
    const { ipam } = this.#agent;
    const identity = podIdentity(request.args);
    const wanted = { vrfs: [] as string[] };
    try {
      try {
        await beforeAdd(this.#agent, request, deadline);
        const claims = this.#claims(request, identity);
        wanted.vrfs = claims.map(({ vrf }) => vrf.metadata.name);
        for (const claim of claims) {
          const reservation = new Reservation(ipam, this.#addresses, claim, deadline);
          reservations.push(reservation);
          await reservation.make();
        }
        deadline.check();
      } catch (error) {
        this.#agent.observer?.failed(request, error);
        if (descriptor !== undefined) close(descriptor);
        throw error;
      }
      return await next({ request: { ...request, timeout: deadline.left }, descriptor });
    } finally {
      // What was attached has another owner by now.
      for (const vrf of wanted.vrfs) ipam.release(reservedOwner(request, identity, vrf));
      for (const { vrf, taken } of reservations)
        for (const address of taken) if (!ipam.holder(vrf, address)) this.#addresses.release(vrf, address);
    }
  }

  /** Throws what the ADD would throw, before anything is reserved. */
  #claims(request: AddRequest, identity: PodIdentity) {
    const wanted = parseAttach(request.attach).map((one) => ({ one, vrf: openVrf(this.#agent, one.vrf, identity) }));
    refuseRepeated(this.#agent, request);
    const { namespace, pod: name } = identity;
    if (namespace === '' || name === '') {
      throw new CniError(
        CniCode.refused,
        `container ${request.containerId} has no name in the cluster, and addresses there are held by pods`,
        'CNI_ARGS must carry K8S_POD_NAMESPACE and K8S_POD_NAME',
      );
    }
    const pod = { namespace, name, uid: podUid(request.args) };
    const statefulSet = this.#agent.pods?.of(namespace, name, pod.uid)?.statefulSet;
    return wanted.map(({ one, vrf }) => {
      return { one, vrf, pod, statefulSet, owner: reservedOwner(request, identity, one.vrf) };
    });
  }

  stop(): void {
    this.#addresses.stop();
  }

  /** The addresses of an attachment that is no more. */
  release({ attachment }: AttachmentRecord): void {
    for (const address of attachment.addresses) this.#addresses.release(attachment.vrf.name, plainAddress(address));
  }
}

/** What pods hold on this node, as far as it is attached. */
export function holdings({ attachments, source }: Agent): Wanted[] {
  return attachments.list().flatMap(({ owner, attachment }) => {
    if (owner.pod === '') return [];
    const vrf = source.get(attachment.vrf.name);
    const kept = new Set(vrf ? reservedFor(addressPlan(vrf), owner).map(({ address }) => address) : []);
    const pod = { namespace: owner.namespace, name: owner.pod, uid: '' };
    return attachment.addresses.map((prefix) => {
      const address = plainAddress(prefix);
      const reserved = kept.has(parseAddress(address).address);
      return { vrf: attachment.vrf.name, address, pod, reserved, sticky: reserved };
    });
  });
}
