/** A link from the codec in the planner's words: without what it does not have, and with its master's name. */
import type { ObservedLink } from '../netlink/codec/link-decode.ts';
import type { LinkState } from '../plan/observed.ts';

/** `master` is the name of the bridge or VRF, empty for none. */
export function linkState(link: ObservedLink, master: string): LinkState {
  const { name, index, kind, up, alias, mtu, mac, addrGenMode, ipv4, bridge, bridgePort, table, vlanId } = link;
  return {
    name,
    index,
    peer: link.link,
    kind,
    up,
    master,
    ...(alias === undefined ? {} : { alias }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(mac === undefined ? {} : { mac }),
    ...(addrGenMode === undefined ? {} : { addrGenMode }),
    ...(ipv4 === undefined ? {} : { ipv4 }),
    ...(bridge === undefined ? {} : { bridge }),
    ...(bridgePort === undefined ? {} : { bridgePort }),
    ...(table === undefined ? {} : { table }),
    ...(vlanId === undefined ? {} : { vlanId }),
  };
}
