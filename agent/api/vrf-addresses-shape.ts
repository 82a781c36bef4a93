/** Pools and reservations of a VRF. */
import * as z from 'zod';
import { exclusionFinding, gatewayFinding, hostAddressFinding, rangeFinding, subnetFinding } from './address-rules.ts';
import { addressText, asSet, asWhole, closed, matching, rangeText } from './fields.ts';
import { namespaceName, namespaceRefusal } from './vrf-access-shape.ts';

export const pool = closed({
  subnet: addressText(subnetFinding).describe(
    'The customer’s segment or a part of it, such as 192.0.2.0/24 or 2001:db8::/64. Pods get its prefix length.',
  ),
  range: rangeText(rangeFinding)
    .describe(
      'What is handed out by itself, such as 192.0.2.10-192.0.2.99. Without it the whole subnet, but for the network and broadcast address and the gateway.',
    )
    .optional(),
  exclude: z
    .array(rangeText(exclusionFinding).describe('An address, a range or a prefix inside the subnet.'))
    .max(64)
    .meta({ description: 'What is never given to a pod.', ...asSet })
    .optional(),
  gateway: addressText(gatewayFinding)
    .describe(
      'The customer’s router in the subnet, without prefix length: next hop of routes without a via of their own.',
    )
    .optional(),
}).describe('A subnet that pods get addresses from.');

export const reservation = closed({
  namespace: matching(namespaceName, 63, namespaceRefusal).describe('Namespace of the pod.'),
  pod: matching(/^[^\s/]+$/, 253, { problem: 'is not the name of a pod', fix: 'write the name of one pod' }).describe(
    'Name of the pod, such as speaker-0 of a StatefulSet. It keeps the addresses on whatever node it runs.',
  ),
  addresses: z
    .array(
      addressText(hostAddressFinding).describe('Address with the prefix length of the segment, such as 192.0.2.2/24.'),
    )
    .min(1)
    .max(2)
    .meta({ description: 'At most one address of each family.', ...asWhole }),
}).describe('Addresses of one pod, which nobody else gets.');
