/** The other nodes of a large cluster, as far as objects tell of them. */
import { nodes, pods, vrfAddresses, vrfAttachments } from '../support/api-server/kinds.ts';
import type { Store } from '../support/api-server/store.ts';

interface Population {
  nodes: number;
  /** On each node. */
  attachments: number;
  /** In turn; their pool is 10.0.0.0/16. */
  vrfs: readonly string[];
}

const creationTimestamp = '2026-01-01T00:00:00Z';

/** Puts the objects of other nodes there, straight into the store: by create it would take a minute. */
export function populate(store: Store, { nodes: count, attachments, vrfs }: Population): void {
  const conditions = [{ type: 'Ready', status: 'True' }];
  for (let n = 0; n < count; n++) {
    const node = `other-${n}`;
    store.put(nodes, { apiVersion: 'v1', kind: 'Node', metadata: meta(node), status: { conditions } });
    for (let i = 0; i < attachments; i++) {
      const number = n * attachments + i;
      attach(store, node, `pod-${number}`, vrfs[number % vrfs.length]!, Math.floor(number / vrfs.length));
    }
  }
}

function attach(store: Store, node: string, name: string, vrf: string, host: number): void {
  const address = free(store, vrf, host);
  const pod = { namespace: 'others', name, uid: name };
  store.put(pods, { apiVersion: 'v1', kind: 'Pod', metadata: meta(name, 'others'), spec: { nodeName: node } });
  store.put(vrfAddresses, {
    apiVersion: 'multivrf.dev/v1alpha1',
    kind: 'VRFAddress',
    metadata: meta(`${vrf}.${address}`),
    spec: { vrf, address, pod, node, sticky: false },
  });
  store.put(vrfAttachments, {
    apiVersion: 'multivrf.dev/v1alpha1',
    kind: 'VRFAttachment',
    metadata: meta(`${name}.${vrf}`, 'others'),
    spec: { vrf, node, pod: { name, uid: name }, interface: 'net1', addresses: [`${address}/16`], mac: '' },
  });
}

/** One of 10.0.0.0/16 that nobody has, for pods that have asked an agent for theirs. */
function free(store: Store, vrf: string, host: number): string {
  const address = `10.0.${host >> 8}.${host & 255}`;
  return store.get(vrfAddresses, undefined, `${vrf}.${address}`) ? free(store, vrf, host + 0x4000) : address;
}

const meta = (name: string, namespace?: string) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  uid: name,
  resourceVersion: '',
  generation: 1,
  creationTimestamp,
});
