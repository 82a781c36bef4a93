/** From what the operator and the pod's author wrote to what this node is to do. */
import type { AttachmentRequest } from '../api/annotation.ts';
import type { Vrf } from '../api/vrf.ts';
import { CniCode, CniError } from '../../common/errors.ts';
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
  };
}

/** The routes of an attachment: the VRF's, then its own; in bridge mode each with a next hop. */
export function resolveRoutes(
  vrf: Vrf,
  request: Pick<AttachmentRequest, 'routes'>,
  gateways: readonly string[],
): { to: string; via?: string }[] {
  const routes = [...vrf.spec.routes, ...(request.routes ?? [])];
  const unique = new Map(routes.map((route) => [route.to, route]));
  return [...unique.values()].flatMap(({ to, via }) => {
    if (vrf.spec.mode === 'routed') return [{ to }];
    const next = via ?? gateways.find((gateway) => familyOf(gateway) === familyOf(to));
    return next === undefined ? [] : [{ to, via: next }];
  });
}

/** The names of the pod ends, in order: those asked for, else `net1`, `net2`, … that nothing else has. */
export function chooseInterfaces(requests: readonly AttachmentRequest[], taken: ReadonlySet<string>): string[] {
  const used = new Set([...taken, ...requests.flatMap((request) => [request.vrf, ...(request.interface ? [request.interface] : [])])]);
  return requests.map((request) => {
    if (request.interface !== undefined) return request.interface;
    let number = 1;
    while (used.has(`net${number}`)) number++;
    used.add(`net${number}`);
    return `net${number}`;
  });
}
