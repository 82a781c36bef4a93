/** The node as the agent has it at hand: its namespaces, what its kernel can do, and what it was told. */

import { DeleteQueue } from '../apply/delete-queue.ts';
import type { Host } from '../apply/host.ts';
import { NamedNamespaces } from '../apply/named-namespaces.ts';
import { PlaceHandle } from '../apply/place.ts';
import { createLink } from '../netlink/codec/link.ts';
import { RouteSocket } from '../netlink/socket.ts';
import { errnoName } from '../netlink/sys/libc.ts';
import type { Place } from '../plan/kernel-object.ts';

export class Node {
  readonly handle: PlaceHandle;
  readonly namespaces: NamedNamespaces;
  /** Whether this kernel can make VRF devices. */
  readonly vrfDevices: boolean;
  readonly #queues = new Map<PlaceHandle, DeleteQueue>();

  constructor(netnsDirectory: string) {
    this.handle = new PlaceHandle('node', RouteSocket.open(), 'own');
    this.handle.socket.enlarge(4 * 1024 * 1024);
    this.namespaces = new NamedNamespaces(netnsDirectory);
    this.vrfDevices = hasVrfDevices(this.handle.socket);
  }

  /** The namespace of a place, without the pod's; undefined when a VRF has none. */
  lookup(place: Place): PlaceHandle | undefined {
    if (place === 'node') return this.handle;
    return place === 'pod' ? undefined : this.namespaces.get(place.slice('vrf/'.length));
  }

  /** Everything a plan may touch, with the pod it is for. */
  host(pod?: PlaceHandle): Host {
    return {
      places: (place) => {
        const handle = place === 'pod' ? pod : this.lookup(place);
        if (!handle) throw new Error(`no network namespace at hand for ${place}`);
        return handle;
      },
      createNamespace: (namespace) => void this.namespaces.create(namespace),
      removeNamespace: ({ name }) => {
        const handle = this.namespaces.get(name);
        if (handle) this.#queues.delete(handle);
        this.namespaces.remove(name);
      },
    };
  }

  deleteQueue(handle: PlaceHandle): DeleteQueue {
    const queue = this.#queues.get(handle) ?? new DeleteQueue(handle);
    this.#queues.set(handle, queue);
    return queue;
  }
}

/** A VRF without a table is refused (EINVAL) where the kind exists, and unknown (EOPNOTSUPP) where not: nothing is made. */
function hasVrfDevices(socket: RouteSocket): boolean {
  const probe = createLink({ object: 'link', in: 'node', name: 'multivrf-probe', kind: 'vrf', table: 0 }, {});
  const [outcome] = socket.transact([probe]);
  return errnoName(outcome!.errno) === 'EINVAL';
}
