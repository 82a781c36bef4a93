/** Which statements speak about a cell: those that would be false if it were wrong. Pure. */
import type { Cell } from './cells/cell.ts';
import type { NeighbourCell } from './neighbours.ts';
import type { Side, World } from './world.ts';

/** A statement about one attachment, by the name of the pod's namespace. */
export interface About {
  of: string;
  text: RegExp;
}

/** None when nobody has thought of such a cell. */
export function statementsAbout(cell: Cell, world: World): About[] {
  const { source } = cell;
  const { a, b } = world.sides;
  for (const side of [a, b]) if (source === side.router.netns) return ofPod(side, fromCustomer(cell, side, world));
  const own = a.pod.net1.netns;
  if (source === 'hostile pod') return ofPod(a, fromHostilePod(cell));
  if (source === own) return [...ofPod(a, fromPod(cell)), ...peersAbout(cell, world)];
  if (source === world.peer.net1.netns)
    return [
      { of: world.peer.net1.netns, text: /^pod → the node's networks/ },
      ...ofPod(a, ['from customer-a, pod eth0 ']),
    ];
  if (source !== 'node' && source !== 'ordinary') return [];
  const side = cell.target === "other customer's pod" ? b : a;
  return [...ofPod(side, fromCluster(cell, side.name)), ...(side === b ? ofPod(a, throughPod(cell)) : [])];
}

/** Beginnings of texts, or the texts themselves. */
function ofPod({ pod }: Side, texts: readonly string[]): About[] {
  return texts.map((text) => ({ of: pod.net1.netns, text: beginning(text) }));
}

function beginning(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.*+?^$()[\]{}|\\]/g, '\\$&')}`);
}

const filters = {
  source: 'source filter in place',
  expose: 'expose filter in place',
  uplink: 'uplink filter in place',
};

function fromCustomer({ target, family, packet, allowed, why }: Cell, side: Side, { combination }: World): string[] {
  const from = `from customer-${side.name}`;
  const carried = [`customer-${side.name} ↔ pod `, `pod ↔ customer-${side.name} by net1`];
  const asNode = `customer-${side.name} and pod → node at `;
  if (target === 'pod') {
    if (allowed !== undefined) return carried;
    // In a routed VRF it comes to the node first; nobody there answers for a pod, and errors have addresses of the VRF.
    const first = combination.mode === 'routed' || why.startsWith('tagged') ? [filters.uplink] : [];
    // Those to all nodes of the link are for the node as well.
    if (packet.startsWith('router advertisement'))
      return [...first, `router advertisements ${from}`, filters.expose, `${from}, the node's loopback`];
    if (packet.includes('claim of')) return [...first, carried[1]!];
    if (packet === 'ARP request' || packet === 'neighbour solicitation') return first;
    if (packet === 'echo with its last hop') return [`${from}, node address `];
    return [...first, filters.expose];
  }
  if (target === 'uplink address') return [asNode];
  const byNode = {
    'node eth0': `${from}, node address `,
    'node cni0': `${from}, node address `,
    'node loopback': `${from}, the node's loopback`,
    multicast: `${from}, the node's loopback`,
    'routers or broadcast': `${from}, the node's loopback`,
    // In a bridge nobody has a gateway's address.
    gateway: `${from}, the node's loopback`,
    'fabric gateway': `${from}, the node's networks`,
    'ordinary pod': `${from}, the node's networks`,
    'pod eth0': `${from}, the node's networks`,
    "other customer's pod eth0": `${from}, the node's networks`,
    "other customer's pod": `${from}, customer-${side.name === 'a' ? 'b' : 'a'}`,
    "behind the other customer's router": `${from}, customer-${side.name === 'a' ? 'b' : 'a'}`,
  }[target];
  if (byNode === undefined) return [];
  // On a segment the pods hear what is flooded: what they may not take, the expose filter keeps from them.
  const heard = combination.mode === 'bridge' || target === 'pod eth0' ? [filters.expose] : [];
  const inPod = { 'pod eth0': [`${from}, pod eth0 ${side.pod.cluster[family]}:`] }[target] ?? [];
  const through = /ordinary|fabric|other customer's pod eth0/.test(target) ? [`${from} through the pod → cluster`] : [];
  return [byNode, ...heard, ...inPod, ...through];
}

const fromPodToNode: Record<string, string> = {
  'node eth0': 'pod → node by net1',
  'node cni0': 'pod → node by net1',
  'node loopback': 'pod → node by net1',
  multicast: 'pod → node by net1',
  'ordinary pod': "pod → the node's networks",
  'fabric gateway': "pod → the node's networks",
  'peer eth0': "pod → the node's networks",
  "other customer's pod eth0": "pod → the node's networks",
  "other customer's pod": "pod → the node's networks and other VRFs",
  "behind the other customer's router": "pod → the node's networks and other VRFs",
};

function fromHostilePod({ target, why, allowed }: Cell): string[] {
  if (why.startsWith('from the pod end only')) return [filters.source];
  if (allowed !== undefined) return ['customer-a ↔ pod '];
  const text = fromPodToNode[target];
  return text === undefined ? [] : [text];
}

function fromPod({ target, packet, allowed, why }: Cell): string[] {
  if (why.startsWith("the cluster's network is untouched"))
    return ['pod ↔ cluster by eth0', 'from cluster, node: as without'];
  if (why.startsWith("the cluster's network leads"))
    return ['from node and cluster, customer-a', 'from the cluster through the pod → customer-a'];
  if (target === 'pod in the same VRF') return ['pod ↔ customer-a by net1', 'customer-a ↔ pod '];
  if (target === 'gateway' || target === 'uplink address') return ['customer-a and pod → node at '];
  if (allowed !== undefined) return ['pod ↔ customer-a by net1', 'customer-a ↔ pod '];
  const text = fromPodToNode[target];
  if (text === undefined || !packet.endsWith('bound to net1')) return [];
  return [text, 'pod → cluster default via net1'];
}

/** Pods of one VRF: what the other lets in, and whether it is reached. */
function peersAbout({ target, allowed }: Cell, { peer }: World): About[] {
  if (target !== 'pod in the same VRF') return [];
  const of = peer.net1.netns;
  return allowed === undefined
    ? [{ of, text: beginning(filters.expose) }]
    : [
        { of, text: /^customer-a ↔ pod / },
        { of, text: /^pod ↔ customer-a by net1/ },
      ];
}

function fromCluster({ source, target, packet, allowed }: Cell, name: Side['name']): string[] {
  if (allowed !== undefined)
    return target === 'pod eth0' ? ['pod ↔ cluster by eth0'] : ['from cluster, node: as without'];
  if (packet.endsWith("by the MAC of the pod's eth0"))
    return name === 'b' ? [`from node and cluster, customer-${name}`] : throughPod({ source, target, packet });
  return [`from node and cluster, customer-${name}`];
}

/** Frames to the pod's MAC in the cluster. */
function throughPod({ target, packet }: Pick<Cell, 'source' | 'target' | 'packet'>): string[] {
  if (!packet.endsWith("by the MAC of the pod's eth0")) return [];
  return [target === 'pod in the VRF' ? 'from the cluster, pod net1' : 'from the cluster through the pod → customer-a'];
}

/** Nobody takes another's place: of a pod and the node their own entries tell, of all of them what pods may say. */
export function aboutNeighbours({ netns, side }: NeighbourCell, { peer, sides, combination }: World): About[] {
  const own = sides[side].pod.net1.netns;
  const pods = side === 'a' ? [own, peer.net1.netns] : [own];
  const claims = pods.map((of): About => ({ of, text: beginning(filters.source) }));
  if (pods.includes(netns)) return [{ of: netns, text: /^pod ↔ customer-. by net1/ }, ...claims];
  // In a bridge the node speaks with nobody.
  if (netns === 'node' && combination.mode === 'routed') return [{ of: own, text: /^customer-. ↔ pod / }, ...claims];
  return claims;
}
