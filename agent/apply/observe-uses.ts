/** What the node itself has an interface for, beyond addresses: whoever takes it away would cut that off. */
import { dumpLinks } from '../netlink/codec/link.ts';
import { decodeRoute, type ObservedRoute } from '../netlink/codec/route.ts';
import { decodeBuiltLink, dumpRoutesTo } from '../netlink/codec/uses.ts';
import { RTPROT } from '../netlink/constants.ts';
import type { PlaceHandle } from './place.ts';

/** In the operator's words: `default route 0.0.0.0/0 via 203.0.113.1`, `route 10.0.0.0/8`, `vxlan flannel.1`. `table`: that of the VRF, whose own routes do not count. */
export function observeUses(handle: PlaceHandle, name: string, table: number): string[] {
  const index = handle.link(name)?.index;
  if (index === undefined) return [];
  const routes = ([4, 6] as const).flatMap((family) => handle.socket.dump(dumpRoutesTo(family, index), decodeRoute));
  const links = handle.socket.dump(dumpLinks(), decodeBuiltLink);
  return [
    ...routes.filter((route) => isSaid(route) && route.table !== table).map(routeWords),
    ...links.flatMap((link) => (link?.below === index ? [`${link.kind} ${link.name}`] : [])),
  ];
}

/** By somebody, or a daemon: what the kernel makes of an address or of IPv6 itself goes with the link's being up. */
function isSaid({ type, protocol }: ObservedRoute): boolean {
  return type === 'unicast' && protocol !== RTPROT.KERNEL;
}

function routeWords({ to, via }: ObservedRoute): string {
  return `${to.endsWith('/0') ? 'default route' : 'route'} ${to}${via === undefined ? '' : ` via ${via}`}`;
}
