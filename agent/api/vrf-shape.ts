/**
 * The shape of a VRF object, field by field. Checks that need more than one field are in check-*.ts.
 * There is no union in it, which an API server would refuse in a CRD.
 */
import * as z from 'zod';
import {
  exclusionFinding,
  gatewayFinding,
  hostAddressFinding,
  nextHopFinding,
  rangeFinding,
  routeTargetFinding,
  subnetFinding,
} from './address-rules.ts';
import { addressText, closed, matching, text } from './fields.ts';
import { interfaceNameFinding, vrfNameFinding } from './names.ts';

/** The one version of the API there is. */
const apiVersion = 'multivrf.dev/v1alpha1';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

const namespace = {
  problem: 'is not the name of a namespace',
  fix: 'write 1 to 63 of a-z, 0-9 and "-"',
};

const uplink = closed({
  nodeSelector: z.record(z.string(), z.string()).optional(),
  interface: text(interfaceNameFinding),
  vlan: z.int().min(1).max(4094).optional(),
  addresses: z.array(addressText(hostAddressFinding)).default([]),
});

const pool = closed({
  subnet: addressText(subnetFinding),
  range: addressText(rangeFinding).optional(),
  exclude: z.array(addressText(exclusionFinding)).optional(),
  gateway: addressText(gatewayFinding).optional(),
});

const reservation = closed({
  namespace: matching(new RegExp(`^${label}$`), 63, namespace),
  pod: matching(/^[^\s/]+$/, 253, { problem: 'is not the name of a pod', fix: 'write the name of one pod' }),
  addresses: z.array(addressText(hostAddressFinding)).min(1),
});

const route = closed({
  to: addressText(routeTargetFinding),
  via: addressText(nextHopFinding).optional(),
});

const access = closed({
  namespaces: z
    .array(
      matching(new RegExp(`^(\\*|${label})$`), 63, {
        problem: namespace.problem,
        fix: `${namespace.fix}, or "*" alone for every namespace and for containers that have none`,
      }),
    )
    .default([]),
  serviceAccounts: z
    .array(
      matching(new RegExp(`^(${label}/)?${label}(\\.${label})*$`), 317, {
        problem: 'is not the name of a ServiceAccount',
        fix: 'write NAME or NAMESPACE/NAME',
      }),
    )
    .default([]),
});

const expose = closed({
  protocol: z.enum(['tcp', 'udp', 'icmp']),
  port: z.int().min(1).max(65535).optional(),
  /** The last port of a range that begins with `port`, as in a NetworkPolicy. */
  endPort: z.int().min(1).max(65535).optional(),
});

/** The kernel's own tables: unspecified 0, default 253, main 254, local 255 (rtnetlink.h). */
const ownTables = new Set([253, 254, 255]);

const table = z
  .int()
  .min(1)
  .max(0xffff_ffff)
  .refine((id) => !ownTables.has(id), 'is a table of the kernel; use any from 1 to 4294967295 but 253, 254 and 255');

const spec = closed({
  mode: z.enum(['bridge', 'routed']),
  backend: z.enum(['auto', 'device', 'namespace']).default('auto'),
  /** How the pod's side is realised: a VRF device or policy rules. */
  pod: z.enum(['auto', 'device', 'rules']).default('auto'),
  table: table.optional(),
  mtu: z.int().min(68).max(65535).default(1500),
  uplinks: z.array(uplink).default([]),
  addresses: closed({
    pools: z.array(pool).default([]),
    reservations: z.array(reservation).default([]),
  }).prefault({}),
  routes: z.array(route).default([]),
  access: access.prefault({}),
  expose: z.array(expose).default([{ protocol: 'tcp', port: 179 }, { protocol: 'icmp' }]),
  /** Whether sockets of the pod that are not bound to the VRF serve the customer. */
  accept: z.enum(['bound', 'any']).default('bound'),
});

/** The shape alone. Metadata stays open: an API server adds fields of its own. */
export const vrfShape = closed({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('VRF'),
  metadata: z.object({ name: text(vrfNameFinding) }),
  spec,
});

/** The `spec` of a VRF with defaults filled in. */
export type VrfSpec = z.output<typeof spec>;
