/** Which VRFs and attachments an announcement of the kernel may concern. */
import type { Heard } from '../apply/listener.ts';
import { type NodeVrf, vrfPlace, vrfTable } from '../plan/desired.ts';
import type { Place } from '../plan/kernel-object.ts';
import { uplinkDevice } from '../plan/names.ts';
import type { AttachmentRecord } from '../state/attachments.ts';

/** What is to be looked at of one VRF, beside what it is itself: all its host ends, or those named. */
export interface Touched {
  all: boolean;
  hostEnds: Set<string>;
}

/** By name of the VRF. */
export type TouchedVrfs = Map<string, Touched>;

/** Adds to `touched` what `heard` in `place` may concern of `vrfs` and `records`; whether that is anything. */
export function touch(
  touched: TouchedVrfs,
  place: Place,
  heard: Heard,
  vrfs: readonly NodeVrf[],
  records: readonly AttachmentRecord[],
): boolean {
  let any = false;
  const marked = (vrf: string) => {
    any = true;
    return mark(touched, vrf);
  };
  const hostEnds = hostEndsIn(place, records);
  for (const vrf of vrfs) {
    const here = vrfPlace(vrf) === place;
    const links = linksOf(vrf, place);
    if (links.some((name) => heard.links.has(name))) marked(vrf.name);
    if (!here) continue;
    if (heard.place) marked(vrf.name);
    if (heard.lost) marked(vrf.name).all = true;
    // Routes that lead to no host end may stand in the place of one that did.
    const leadsTo = vrf.mode === 'routed' ? heard.tables.get(vrfTable(vrf)) : undefined;
    for (const name of leadsTo ?? []) {
      if (hostEnds.get(name) === vrf.name) marked(vrf.name).hostEnds.add(name);
      else marked(vrf.name).all = true;
    }
  }
  for (const name of [...heard.links, ...heard.ports]) {
    const vrf = hostEnds.get(name);
    if (vrf !== undefined) marked(vrf).hostEnds.add(name);
  }
  return any;
}

/** The entry of one VRF, made if there is none. */
export function mark(touched: TouchedVrfs, vrf: string): Touched {
  const entry = touched.get(vrf) ?? { all: false, hostEnds: new Set<string>() };
  touched.set(vrf, entry);
  return entry;
}

function linksOf(vrf: NodeVrf, place: Place): string[] {
  const { name, uplink } = vrf;
  const here = vrfPlace(vrf) === place;
  // An uplink that left its namespace is back on the node.
  const onNode = uplink && place === 'node' ? [uplink.interface] : [];
  return here ? [name, 'lo', ...(uplink ? [uplinkDevice(uplink.interface, uplink.vlan)] : []), ...onNode] : onNode;
}

function hostEndsIn(place: Place, records: readonly AttachmentRecord[]): Map<string, string> {
  const own = records.filter(({ attachment }) => vrfPlace(attachment.vrf) === place);
  return new Map(own.map(({ attachment }) => [attachment.hostEnd, attachment.vrf.name]));
}
