/** The status of a VRF, written by the agents: bounded, and as a whole in docs/decisions/what-the-cluster-is-told.md. */
import * as z from 'zod';
import { conditions } from './condition.ts';
import { asMap, asWhole } from './fields.ts';

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Nodes that are listed at most: each agent watches the VRFs, and sees whatever is written there. */
export const mostListedNodes = 50;

/** One node in the status. */
const vrfNodeStatus = z
  .object({
    name: z.string().max(253).describe('Name of the node.'),
    ready: z.boolean().describe('Whether pods on this node can attach.'),
    reason: z
      .string()
      .max(64)
      .describe('Why not, as one word in CamelCase: UplinkMissing, TableTaken, Invalid.')
      .optional(),
    message: z.string().max(256).describe('Why not, for a person, with the field and its value.').optional(),
    attachments: count.describe('Attachments on this node when they were last counted.'),
    lastTransitionTime: z.string().meta({ format: 'date-time', description: 'When ready last changed.' }).optional(),
  })
  .describe('One node that uses the VRF, or that cannot.');

const used = count.describe('Addresses that pods have, or that are kept for them.');
const free = (what: string) => count.describe(`${what}; 9007199254740991 stands for any more.`);

const vrfAddressesStatus = z
  .object({
    used,
    free: free('Pods for which the pools still have addresses: what is left of the family of which less is left'),
    pools: z
      .array(
        z
          .object({
            pool: z.string().max(160).describe('Subnet of the pool, and its range if it has one.'),
            used,
            free: free('Addresses that are left to be given out'),
          })
          .describe('One pool.'),
      )
      .max(32)
      .meta({ description: 'The same, of each pool.', ...asWhole })
      .optional(),
  })
  .describe('Addresses of the VRF when they were last counted.');

/** The schema of `status`. */
export const vrfStatus = z
  .object({
    observedGeneration: z.int().min(0).describe('The metadata.generation that was last read by an agent.').optional(),
    conditions: conditions(
      ['Accepted', 'InUse'],
      'Accepted: the spec is valid; where it is not, the message names the field, and the last good spec stays in force. InUse: pods are attached; a deleted VRF stays until they are gone, and the message says who holds it.',
    ).optional(),
    nodes: z
      .array(vrfNodeStatus)
      .max(mostListedNodes)
      .meta({
        description: `Nodes on which pods cannot attach, and why; then nodes on which pods are attached. ${mostListedNodes} in all: kubectl get vrfattachments --field-selector spec.vrf=NAME has every attachment.`,
        ...asMap('name'),
      })
      .optional(),
    notReadyNodes: count
      .describe(`How many of the nodes listed are not ready; ${mostListedNodes} stands for any more.`)
      .optional(),
    attachedNodes: count.describe('Nodes on which pods are attached.').optional(),
    attachments: count.describe('Attachments on all nodes when they were last counted.').optional(),
    addresses: vrfAddressesStatus.optional(),
  })
  .describe('What has become of it.');

/** The `status` of a VRF. */
export type VrfStatus = z.output<typeof vrfStatus>;
