/** What an attachment's statements are about: addresses to be reached by nobody, and who else is in its VRF. */
import { observeAddressesOf } from '../apply/observe.ts';
import { observeNetworks } from '../apply/observe-evidence.ts';
import type { PlaceHandle } from '../apply/place.ts';
import { decodeAddress, dumpAddresses } from '../netlink/codec/address.ts';
import { dumpLinks } from '../netlink/codec/link.ts';
import { decodeLink, type ObservedLink } from '../netlink/codec/link-decode.ts';
import { type Attachment, clusterInterface, type NodeVrf, vrfPlace } from '../plan/desired.ts';
import { interfacesOf } from '../plan/evidence/packets.ts';
import type { Scene } from '../plan/evidence/statement.ts';
import { isOurs } from '../plan/names.ts';
import { plainAddress } from '../plan/routes.ts';
import type { Agent } from './agent.ts';

/** A scene and where it is. */
interface Seen {
  scene: Scene;
  /** Where the VRF's links are; undefined when its namespace is gone. */
  place: PlaceHandle | undefined;
  /** All of that place. */
  links: readonly ObservedLink[];
}

/** `vrf` is that of the attachment as it is now. */
export function sceneOf(agent: Agent, attachment: Attachment, vrf: NodeVrf, pod: PlaceHandle | undefined): Seen {
  const { node, vrfs, attachments } = agent;
  const place = node.lookup(vrfPlace(vrf));
  const onNode = linksOf(node.handle);
  const all = attachments.list().map((record) => record.attachment);
  const own = (name: string) => all.filter((one) => one.vrf.name === name);
  const others = vrfs
    .list()
    .filter(({ name }) => name !== vrf.name)
    .map(({ name, uplink, routes }) => ({
      name,
      addresses: [
        ...[...(uplink?.addresses ?? []), ...own(name).flatMap(({ addresses }) => addresses)].map(plainAddress),
        ...new Set(routes.map(({ via }) => via)),
      ],
    }));
  const cluster = clusterInterface(attachment);
  const siblings = own(vrf.name);
  const inside = new Set(interfacesOf({ vrf, siblings }));
  const scene: Scene = {
    attachment,
    vrf,
    siblings,
    others,
    nodeAddresses: nodeAddresses(node.handle, onNode),
    nodeNetworks: observeNetworks(node.handle, new Map(onNode.map(({ index, name }) => [index, name]))).filter(
      ({ dev }) => !inside.has(dev),
    ),
    podAddresses: pod && (cluster === undefined ? [] : observeAddressesOf(pod, cluster)),
  };
  return { scene, place, links: place === node.handle ? onNode : place ? linksOf(place) : [] };
}

function linksOf(handle: PlaceHandle): ObservedLink[] {
  return handle.socket.dump(dumpLinks(), decodeLink);
}

const loopback = 1;

/** Those of every interface that is in no VRF of ours, once each. */
function nodeAddresses(handle: PlaceHandle, links: readonly ObservedLink[]): string[] {
  const vrfDevices = new Set(
    links.filter(({ kind, alias }) => kind === 'vrf' && isOurs(alias)).map(({ index }) => index),
  );
  const apart = new Set(links.filter(({ master }) => vrfDevices.has(master)).map(({ index }) => index));
  const addresses = handle.socket.dump(dumpAddresses(0), decodeAddress);
  const own = addresses.filter(
    ({ index, scope, address }) =>
      scope === 'global' && !apart.has(index) && !(index === loopback && address.startsWith('127.')),
  );
  return [...new Set(own.map(({ address }) => plainAddress(address)))];
}
