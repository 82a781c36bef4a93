/** From what the operator and the pod's author wrote to what this node is to do. */

import { contains, networkOf, parseAddress, parsePrefix } from '../../common/addresses.ts';
import { CniCode, CniError } from '../../common/errors.ts';
import type { AttachmentRequest } from '../api/annotation.ts';
import type { Vrf } from '../api/vrf.ts';
import type { NodeUplink, NodeVrf } from './desired.ts';
import { familyOf, hostPrefix } from './routes.ts';

/** What the planner must know of the node itself. */
export interface NodeFacts {
  labels: Readonly<Record<string, string>>;
  /** Whether the kernel can make VRF devices. */
  vrfDevices: boolean;
}

/** The first uplink whose selector matches the node's labels; undefined for a VRF that lists none. */
export function chooseUplink(vrf: Vrf, labels: NodeFacts['labels']): NodeUplink | undefined {
  const { uplinks } = vrf.spec;
  if (uplinks.length === 0) return undefined;
  const chosen = uplinks.find(({ nodeSelector }) =>
    Object.entries(nodeSelector ?? {}).every(([key, value]) => labels[key] === value),
  );
  if (!chosen) {
    const wanted = uplinks.map(({ nodeSelector }) => JSON.stringify(nodeSelector)).join(', ');
    throw new CniError(
      CniCode.refused,
      `VRF ${vrf.metadata.name} has no uplink for this node: its selectors are ${wanted}`,
      `label the node, or add an uplink that matches ${JSON.stringify(labels)}`,
    );
  }
  const { interface: name, vlan, addresses } = chosen;
  return { interface: name, addresses, ...(vlan === undefined ? {} : { vlan }) };
}

/** The backend `auto` stands for: a device where the kernel has it, else a namespace. */
export function chooseBackend({ spec }: Vrf, { vrfDevices }: NodeFacts): NodeVrf['backend'] {
  if (spec.backend !== 'auto') return spec.backend;
  return vrfDevices ? 'device' : 'namespace';
}

/** How the pod's side is made. */
export function choosePodSide({ spec }: Vrf, { vrfDevices }: NodeFacts): 'device' | 'rules' {
  if (spec.pod !== 'auto') return spec.pod;
  return vrfDevices ? 'device' : 'rules';
}

/** Whether a VRF takes a routing table of the node: the others have no routes there, or a namespace of their own. */
export function needsTable(vrf: Pick<NodeVrf, 'mode' | 'backend'>): boolean {
  return vrf.mode === 'routed' && vrf.backend === 'device';
}

/** `table` is the one found for it when {@link needsTable}, else 0. */
export function resolveNodeVrf(vrf: Vrf, facts: NodeFacts, table: number): NodeVrf {
  const { mode, mtu, addresses } = vrf.spec;
  const uplink = chooseUplink(vrf, facts.labels);
  return {
    name: vrf.metadata.name,
    mode,
    backend: chooseBackend(vrf, facts),
    table,
    mtu,
    ...(uplink ? { uplink } : {}),
    podPrefixes: [
      ...addresses.pools.map(({ subnet }) => subnet),
      ...addresses.reservations.flatMap(({ addresses: reserved }) => reserved.map(hostPrefix)),
    ],
    routes: mode === 'routed' ? uplinkRoutes(vrf, uplink) : [],
  };
}

/** The VRF's routes whose router this node's uplink reaches: another node may have another uplink. */
function uplinkRoutes({ spec }: Vrf, uplink: NodeUplink | undefined): { to: string; via: string }[] {
  const networks = (uplink?.addresses ?? []).map((address) => networkOf(parsePrefix(address)));
  return spec.routes.flatMap(({ to, via }) => {
    if (via === undefined) return [];
    const { family, address } = parseAddress(via);
    const reached = via.startsWith('fe80:') || networks.some((network) => contains(network, family, address));
    return reached && uplink ? [{ to, via }] : [];
  });
}

/**
 * The routes of an attachment, as far as it has an address of their family: the VRF's, then its own, of which
 * one to the same destination replaces the VRF's. In bridge mode each gets a next hop: its own, else the first
 * of `gateways` of its family; in routed mode the node is the next hop. Throws a CniError naming VRF and route where
 * there is none, and for a next hop that the annotation names in routed mode.
 */
export function resolveRoutes(
  vrf: Vrf,
  request: Pick<AttachmentRequest, 'routes'>,
  addresses: readonly string[],
  gateways: readonly string[],
): { to: string; via?: string }[] {
  const spoken = new Set(addresses.map(familyOf));
  const routes = [...vrf.spec.routes, ...(request.routes ?? [])];
  const unique = new Map(routes.map((route) => [route.to, route]));
  return [...unique.values()]
    .filter(({ to }) => spoken.has(familyOf(to)))
    .map(({ to, via }) => {
      if (vrf.spec.mode === 'routed') {
        if (via !== undefined && request.routes?.some((own) => own.to === to)) throw needlessNextHop(vrf, to, via);
        return { to };
      }
      const next = via ?? gateways.find((gateway) => familyOf(gateway) === familyOf(to));
      if (next === undefined) throw missingNextHop(vrf, to);
      return { to, via: next };
    });
}

function missingNextHop({ metadata }: Vrf, to: string): CniError {
  return new CniError(
    CniCode.invalidConfig,
    `VRF ${metadata.name}: route ${to} has no next hop`,
    `give the route a "via" in the annotation, or an IPv${familyOf(to)} pool of the VRF a gateway`,
  );
}

function needlessNextHop({ metadata }: Vrf, to: string, via: string): CniError {
  return new CniError(
    CniCode.invalidConfig,
    `VRF ${metadata.name}: route ${to} has the next hop ${via}`,
    'in mode routed the node is the next hop: remove "via" from the annotation',
  );
}

/** The names of the pod ends, in order: those asked for, else `net1`, `net2`, … that nothing else has. */
export function chooseInterfaces(requests: readonly AttachmentRequest[], taken: ReadonlySet<string>): string[] {
  const used = new Set([
    ...taken,
    ...requests.flatMap((request) => [request.vrf, ...(request.interface ? [request.interface] : [])]),
  ]);
  return requests.map((request) => {
    if (request.interface !== undefined) return request.interface;
    let number = 1;
    while (used.has(`net${number}`)) number++;
    used.add(`net${number}`);
    return `net${number}`;
  });
}
