/**
 * The shape of a VRF object, field by field, in the words that `kubectl explain vrf` prints. Checks that need more
 * than one field are in check-*.ts; as far as CEL can say them they are in vrf-rules.ts as well, for an API
 * server. There is no union here, which an API server would refuse in a CRD.
 */
import * as z from 'zod';
import { apiVersion } from './api-version.ts';
import { asMap, asWhole, closed, text } from './fields.ts';
import { vrfNameFinding } from './names.ts';
import { access, expose } from './vrf-access-shape.ts';
import { pool, reservation } from './vrf-addresses-shape.ts';
import { route, uplink } from './vrf-links-shape.ts';

/** The kernel's own tables: unspecified 0, default 253, main 254, local 255 (rtnetlink.h). */
const ownTables = new Set([253, 254, 255]);

const table = z
  .int()
  .min(1)
  .max(0xffff_ffff)
  .refine((id) => !ownTables.has(id), 'is a table of the kernel; use any from 1 to 4294967295 but 253, 254 and 255')
  .describe(
    'Routing table on the node, for mode routed on a device. Any but 253, 254 and 255, which are the kernel’s, and one that is in use. Without it a free one from 1001 is taken.',
  );

const addresses = closed({
  pools: z
    .array(pool)
    .max(32)
    .meta({ description: 'Subnets that pods get addresses from: one address of each family.', ...asWhole })
    .default([]),
  reservations: z
    .array(reservation)
    .max(1024)
    .meta({ description: 'Addresses kept for pods known by name.', ...asMap('namespace', 'pod') })
    .default([]),
})
  .describe('Addresses of the pods in this VRF. They are unique in the VRF, not in the cluster.')
  .prefault({});

const spec = closed({
  mode: z
    .enum(['bridge', 'routed'])
    .describe(
      'bridge: the pods share a layer-2 segment with the customer’s router, so that single-hop eBGP works. routed: the node routes between pods and uplink inside the VRF (eBGP multihop).',
    ),
  backend: z
    .enum(['auto', 'device', 'namespace'])
    .describe(
      'How the node realises the VRF. device: a bridge or a VRF device in the node’s network namespace. namespace: a network namespace of its own. auto: device where the kernel has VRF devices.',
    )
    .default('auto'),
  pod: z
    .enum(['auto', 'device', 'rules'])
    .describe(
      'How the pod’s side is made. device: a VRF device named like the VRF. rules: policy rules. auto: device where the kernel has VRF devices.',
    )
    .default('auto'),
  table: table.optional(),
  mtu: z
    .int()
    // RFC 8200, section 5. Below it the kernel takes IPv6 off a link, and with it the switches that keep a link from speaking it.
    .min(1280)
    .max(65535)
    .describe('MTU of the pods’ interfaces and of what the node makes for the VRF. At least 1280, which IPv6 needs.')
    .default(1500),
  uplinks: z
    .array(uplink)
    .max(64)
    .meta({
      description:
        'The nodes’ interfaces towards the customer. A node takes the first whose nodeSelector matches its labels. Without any, pods of this VRF reach each other on their node only.',
      ...asWhole,
    })
    .default([]),
  addresses,
  routes: z
    .array(route)
    .max(256)
    .meta({ description: 'Routes given to every attachment, inside the VRF only.', ...asMap('to') })
    .default([]),
  access: access.prefault({}),
  expose: z
    .array(expose)
    .max(64)
    .meta({
      description:
        'What the customer may open towards the pod. An empty list is nothing. Answers to what the pod opened by TCP always pass; answers by UDP only from a listed port.',
      ...asWhole,
    })
    .default([{ protocol: 'tcp', port: 179 }, { protocol: 'icmp' }]),
  accept: z
    .enum(['bound', 'any'])
    .describe(
      'Which sockets of a pod serve the customer where the pod has a VRF device. bound: those bound to the device. any: unbound ones as well, so that every wildcard listener of the pod is open to the customer as far as expose says.',
    )
    .default('bound'),
}).describe('What the VRF is to be.');

/** The shape alone. Metadata stays open: an API server adds fields of its own. */
export const vrfShape = closed({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('VRF'),
  metadata: z.object({ name: text(vrfNameFinding, 15) }),
  spec,
});

/** The `spec` of a VRF with defaults filled in. */
export type VrfSpec = z.output<typeof spec>;
