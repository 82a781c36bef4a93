/** Uplinks and routes of a VRF. */
import * as z from 'zod';
import { hostAddressFinding, nextHopFinding, routeTargetFinding } from './address-rules.ts';
import { addressText, asSet, closed, text } from './fields.ts';
import { interfaceNameFinding } from './names.ts';

const mostLabels = 16;

export const uplink = closed({
  nodeSelector: z
    .record(z.string(), z.string().meta({ maxLength: 63, description: 'Value that the node’s label has.' }))
    .refine((labels) => Object.keys(labels).length <= mostLabels, `has more than ${mostLabels} labels; name fewer`)
    .meta({
      maxProperties: mostLabels,
      description: 'Labels that the node has, all of them. Without any, every node matches.',
      'x-kubernetes-map-type': 'atomic',
    })
    .optional(),
  interface: text(interfaceNameFinding, 15).describe(
    'An interface of the node. It carries no address, route or tunnel of the node’s own and is no port of anything else.',
  ),
  vlan: z
    .int()
    .min(1)
    .max(4094)
    .describe('VLAN on the interface. Its device is made by multivrf, used for this VRF and removed with it.')
    .optional(),
  addresses: z
    .array(
      addressText(hostAddressFinding).describe('Address with the prefix length of the segment, such as 192.0.2.1/24.'),
    )
    .max(4)
    .meta({ description: 'The node’s own addresses on the uplink, inside the VRF. Mode routed only.', ...asSet })
    .default([]),
}).describe('An interface of a node towards the customer.');

export const route = closed({
  to: addressText(routeTargetFinding).describe('Destination, such as 0.0.0.0/0, 198.51.100.0/24 or 2001:db8:1::/48.'),
  via: addressText(nextHopFinding)
    .describe(
      'Next hop of the same family. Mode bridge: the customer’s router; needed unless a pool of the family has a gateway. Mode routed: a router on the uplink, which the node uses; the pod’s own next hop is the node.',
    )
    .optional(),
}).describe('A route inside the VRF.');
