/** The status of a VRF, written by the agents. */
import * as z from 'zod';
import { conditions } from './condition.ts';
import { asMap } from './fields.ts';

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** One node's word on a VRF. Each agent patches its own entry, bound to the version that it has read. */
const vrfNodeStatus = z
  .object({
    name: z.string().max(253).describe('Name of the node.'),
    ready: z.boolean().describe('Whether pods on this node can attach.'),
    reason: z
      .string()
      .max(64)
      .describe('Why not, as one word in CamelCase: UplinkMissing, TableTaken, Invalid.')
      .optional(),
    message: z.string().max(1024).describe('Why not, for a person, with the field and its value.').optional(),
    attachments: count.describe('Attachments on this node.'),
    lastTransitionTime: z.string().meta({ format: 'date-time', description: 'When ready last changed.' }).optional(),
  })
  .describe('One node’s word on the VRF.');

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
      .max(5000)
      .meta({ description: 'The nodes on which the VRF is used, or cannot be.', ...asMap('name') })
      .optional(),
    attachments: count.describe('Attachments on all nodes.').optional(),
    addresses: z
      .object({
        used: count.describe('Addresses that pods have, or that are kept for them.'),
        free: count.describe('Addresses that the pools still have to give; 9007199254740991 stands for any more.'),
      })
      .describe('Addresses of the pools, both families together.')
      .optional(),
  })
  .describe('What has become of it.');

/** The `status` of a VRF. */
export type VrfStatus = z.output<typeof vrfStatus>;
