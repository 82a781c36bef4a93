/** One attachment on the node: the host end of its veth pair, and what the VRF knows of the pod. */
import { type Attachment, gateway4, gateway6, type NodeVrf, vrfPlace, vrfTable } from './desired.ts';
import { antiSpoofing } from './filters/anti-spoofing.ts';
import { towardsPod } from './filters/expose.ts';
import { multicastReports } from './filters/multicast-reports.ts';
import type { KernelObject } from './kernel-object.ts';
import { uplinkDevice } from './names.ts';
import { familyOf, hostPrefix, ownLinkLocal, plainAddress } from './routes.ts';
import { deliveredOn } from './uplink-addresses.ts';

/**
 * The host end, in the order in which it is made; creating it creates the pod end in the pod. `uplink` is that of the VRF as it
 * is now, where its definition has changed since the attachment was made.
 */
export function hostEnd(attachment: Attachment, { uplink }: Pick<NodeVrf, 'uplink'> = attachment.vrf): KernelObject[] {
  const { vrf, hostEnd: dev, mac, alias } = attachment;
  const place = vrfPlace(vrf);
  const routed = vrf.mode === 'routed';
  const own = [...attachment.addresses.map(plainAddress), ...ownLinkLocal(attachment)];
  return [
    {
      object: 'link',
      in: place,
      name: dev,
      kind: 'veth',
      mtu: vrf.mtu,
      ...(routed && vrf.backend === 'namespace' ? {} : { master: vrf.name }),
      peer: { in: 'pod', name: attachment.interface, mac, mtu: vrf.mtu },
    },
    { object: 'link-settings', in: place, dev, alias, addrGenMode: 'none' },
    // Both filters stand before the link is up.
    {
      object: 'filter',
      in: place,
      dev,
      direction: 'ingress',
      allow: antiSpoofing({
        mac,
        addresses: own,
        gatewayMode: routed,
        nodeAddresses: deliveredOn(uplink?.addresses ?? []),
      }),
      ...(uplink && !routed
        ? {
            divert: {
              match: multicastReports({ mac, addresses: own }),
              to: uplinkDevice(uplink.interface, uplink.vlan),
            },
          }
        : {}),
    },
    {
      object: 'filter',
      in: place,
      dev,
      direction: 'egress',
      allow: towardsPod({ addresses: own, expose: attachment.expose }),
    },
    ...(routed ? gateway(attachment) : port(attachment)),
  ];
}

function port({ vrf, hostEnd: dev, mac }: Attachment): KernelObject[] {
  const place = vrfPlace(vrf);
  return [
    {
      object: 'link-settings',
      in: place,
      dev,
      // The pod's one address is known: nothing is learned from it and unknown unicast is none of its business.
      bridgePort: { learning: false, flood: false, multicastFlood: true, broadcastFlood: true },
    },
    { object: 'fdb', in: place, dev, mac },
    { object: 'link-settings', in: place, dev, up: true },
  ];
}

function gateway(attachment: Attachment): KernelObject[] {
  const { vrf, hostEnd: dev, addresses } = attachment;
  const place = vrfPlace(vrf);
  const table = vrfTable(vrf);
  const speaks6 = addresses.some((address) => familyOf(address) === 6);
  return [
    { object: 'link-settings', in: place, dev, ipv4: { forwarding: 1, rpFilter: 2, arpIgnore: 1 } },
    { object: 'link-settings', in: place, dev, up: true },
    { object: 'address', in: place, dev, address: `${gateway4}/32`, scope: 'link' },
    ...(speaks6
      ? [{ object: 'address', in: place, dev, address: `${gateway6}/64`, scope: 'link', prefixRoute: true } as const]
      : []),
    ...addresses.map(
      (address): KernelObject => ({
        object: 'route',
        in: place,
        family: familyOf(address),
        table,
        type: 'unicast',
        to: hostPrefix(address),
        dev,
      }),
    ),
  ];
}
