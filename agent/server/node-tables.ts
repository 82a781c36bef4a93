/** The routing table of a VRF device: the one it has, the operator's, or a free one. */
import type { Vrf } from '../api/vrf.ts';
import { observeRoutes } from '../apply/observe-routes.ts';
import type { PlaceHandle } from '../apply/place.ts';
import { dumpLinks } from '../netlink/codec/link.ts';
import { decodeLink } from '../netlink/codec/link-decode.ts';
import { decodeRule, dumpRules } from '../netlink/codec/rule.ts';
import type { NodeVrf } from '../plan/desired.ts';
import { isOurs } from '../plan/names.ts';
import { checkTable, freeTables } from '../plan/tables.ts';
import type { VrfSource } from '../sources/vrf-source.ts';

/** Throws a CniError when the operator's table is used by something else, VRFs about to be made (`alongside`) included. */
export function findTable(vrf: Vrf, node: PlaceHandle, source: VrfSource, alongside: readonly NodeVrf[]): number {
  const { name } = vrf.metadata;
  const devices = node.socket.dump(dumpLinks(), decodeLink).filter(({ kind }) => kind === 'vrf');
  const own = devices.find((device) => device.name === name && isOurs(device.alias));
  const wanted = vrf.spec.table ?? own?.table;
  if (own && wanted !== undefined && wanted === own.table) return wanted;
  const rules = ([4, 6] as const).flatMap((family) => node.socket.dump(dumpRules(family), decodeRule));
  const usedBy = (table: number): string | undefined => {
    const device = devices.find((other) => other.name !== name && other.table === table);
    if (device) return `VRF device ${device.name}`;
    const other = source.list().find((candidate) => candidate.metadata.name !== name && candidate.spec.table === table);
    if (other) return `VRF ${other.metadata.name}`;
    const neighbour = alongside.find((candidate) => candidate.name !== name && candidate.table === table);
    if (neighbour) return `VRF ${neighbour.name}`;
    const rule = rules.find(
      (candidate) => candidate.table === table && candidate.iif !== name && candidate.oif !== name,
    );
    if (rule) return `a rule of priority ${rule.priority}`;
    const routes = ([4, 6] as const).flatMap((family) => observeRoutes(node, family, table, new Map()));
    return routes.length > 0 && !own ? `${routes.length} routes, such as ${routes[0]!.to}` : undefined;
  };
  if (wanted === undefined) return freeTables(1, usedBy)[0]!;
  checkTable(name, wanted, usedBy(wanted));
  return wanted;
}
