/** Who may attach to a VRF, and what the customer may reach in them. */
import * as z from 'zod';
import { asSet, closed, matching } from './fields.ts';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** RFC 1123. */
export const namespaceName = new RegExp(`^${label}$`);

export const namespaceRefusal = {
  problem: 'is not the name of a namespace',
  fix: 'write 1 to 63 of a-z, 0-9 and "-"',
};

/** A namespace, or everybody. */
const accessNamespace = new RegExp(`^(\\*|${label})$`);

/** `NAME` or `NAMESPACE/NAME`. */
const serviceAccountName = new RegExp(`^(${label}/)?${label}(\\.${label})*$`);

export const access = closed({
  namespaces: z
    .array(
      matching(accessNamespace, 63, {
        problem: namespaceRefusal.problem,
        fix: `${namespaceRefusal.fix}, or "*" alone for every namespace and for containers that have none`,
      }).describe('Name of a namespace, or *.'),
    )
    .max(1024)
    .meta({
      description:
        'Namespaces whose pods may attach. "*" is everybody, containers outside Kubernetes included. Empty means nobody.',
      ...asSet,
    })
    .default([]),
  serviceAccounts: z
    .array(
      matching(serviceAccountName, 317, {
        problem: 'is not the name of a ServiceAccount',
        fix: 'write NAME or NAMESPACE/NAME',
      }).describe('NAME or NAMESPACE/NAME.'),
    )
    .max(1024)
    .meta({
      description:
        'ServiceAccounts whose pods may attach, of those namespaces. Empty means all of them. Refused in files, where nobody could check it.',
      ...asSet,
    })
    .default([]),
}).describe('Who may attach. Empty means nobody.');

export const expose = closed({
  protocol: z.enum(['tcp', 'udp', 'icmp']).describe('icmp is ICMP with IPv4 and ICMPv6 with IPv6.'),
  port: z.int().min(1).max(65535).describe('Port in the pod. Needed with tcp and udp, refused with icmp.').optional(),
  endPort: z
    .int()
    .min(1)
    .max(65535)
    .describe('Last port of a range that begins with port, as in a NetworkPolicy.')
    .optional(),
}).describe('Something that the customer may open towards the pod.');
