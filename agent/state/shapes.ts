/** What a state file must hold to be believed: a mutilated one must not reach the planner. */
import * as z from 'zod';
import { parsePrefix } from '../../common/addresses.ts';

const prefix = z.string().refine(isPrefix, 'not an address with its prefix length');
const count = z.int().nonnegative();
/** Becomes the name of an interface, of a file, or both. */
const name = z.string().regex(/^[^/\s.][^/\s]*$/, 'not a name');

function isPrefix(text: string): boolean {
  try {
    parsePrefix(text);
    return true;
  } catch {
    return false;
  }
}

const nodeVrf = z.object({
  name,
  mode: z.enum(['bridge', 'routed']),
  backend: z.enum(['device', 'namespace']),
  table: count,
  mtu: count,
  uplink: z.object({ interface: name, vlan: count.optional(), addresses: z.array(prefix) }).optional(),
  podPrefixes: z.array(prefix),
  routes: z.array(z.object({ to: prefix, via: z.string() })),
});

const attachmentRecord = z.object({
  owner: z.object({ namespace: z.string(), pod: z.string(), containerId: z.string(), interface: name }),
  network: z.string(),
  netns: z.object({ path: z.string(), inode: count }).optional(),
  attachment: z.object({
    vrf: nodeVrf,
    hostEnd: name,
    interface: name,
    primary: z.string(),
    mac: z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, 'not a MAC address'),
    alias: z.string(),
    addresses: z.array(prefix),
    routes: z.array(z.object({ to: prefix, via: z.string().optional() })),
    expose: z.array(z.object({ protocol: z.string(), port: count.optional(), endPort: count.optional() })),
    accept: z.literal('any').optional(),
    pod: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('device'), table: count }),
      z.object({ kind: z.literal('rules'), input: count, output: count }),
    ]),
  }),
});

/** What is wrong with a VRF's record, as `mtu: …`; undefined when nothing is. */
export const wrongWithVrf = (value: unknown) => firstFinding(nodeVrf, value);

/** What is wrong with an attachment's record, as `attachment.vrf.mtu: …`; undefined when nothing is. */
export const wrongWithAttachment = (value: unknown) => firstFinding(attachmentRecord, value);

function firstFinding(shape: z.ZodType, value: unknown): string | undefined {
  const issue = shape.safeParse(value).error?.issues[0];
  return issue && [issue.path.join('.'), issue.message].filter((part) => part !== '').join(': ');
}
