/** The VRFAttachment object: one pod in one VRF, written by the agent of its node. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { apiVersion } from './api-version.ts';
import { conditions } from './condition.ts';
import { asWhole } from './fields.ts';

const address = z.string().max(49);

const pod = z
  .object({
    name: z.string().min(1).max(253).describe('Name of the pod, which is in the namespace of this object.'),
    uid: z.string().min(1).max(64).describe('The metadata.uid of the pod.'),
  })
  .describe('The pod that is attached. It owns this object.');

const spec = z
  .object({
    vrf: z.string().min(1).max(15).describe('Name of the VRF.'),
    pod,
    node: z.string().min(1).max(253).describe('Name of the node that the pod runs on.'),
    interface: z.string().min(1).max(15).describe('Name of the interface in the pod.'),
    addresses: z
      .array(address.describe('Address with prefix length.'))
      .max(8)
      .meta({ description: 'Addresses of the interface.', ...asWhole }),
    mac: z.string().max(17).describe('MAC address of the interface.'),
  })
  .describe('What the agent has made.');

/** The kinds of conditions of an attachment. */
const attachmentConditions = ['Attached', 'Isolated', 'Degraded'] as const;

const status = z
  .object({
    conditions: conditions(
      attachmentConditions,
      'Attached: interface, addresses and routes are in the kernel. Isolated: filters and rules that keep the pod, the node and other customers apart are in place. Degraded: something was changed and could not be put right; the message says what.',
    ).optional(),
  })
  .describe('How it is.');

/** Schema of a VRFAttachment. Metadata stays open: an API server adds fields of its own. */
export const vrfAttachmentShape = z.object({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('VRFAttachment'),
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec,
  status: status.optional(),
});

export type VrfAttachment = z.output<typeof vrfAttachmentShape>;

/** RFC 1123, of a subdomain. */
const longestName = 253;

/**
 * The name of the object for a pod in a VRF: `speaker-0.customer-a`. A VRF's name has no dot, so that the last one ends
 * the pod's. A pod's name of more than 237 characters is cut, and told apart by a digest.
 */
export function attachmentName(podName: string, vrf: string): string {
  const name = `${podName}.${vrf}`;
  if (name.length <= longestName) return name;
  const digest = createHash('sha256').update(podName).digest('hex').slice(0, 16);
  const room = longestName - vrf.length - digest.length - 2;
  return `${podName.slice(0, room).replace(/[-.]+$/, '')}-${digest}.${vrf}`;
}
