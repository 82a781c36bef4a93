/**
 * The VRFAddress object: one address of one VRF, held by one pod. Its name is made of both, so that creating it is the
 * allocation: an API server lets one of two creators win, and no leader or lock is needed.
 */
import * as z from 'zod';
import { parseAddress } from './address-syntax.ts';
import { apiVersion } from './api-version.ts';
import type { CelRule } from './cel-rule.ts';

const spec = z
  .object({
    vrf: z.string().min(1).max(15).describe('Name of the VRF.'),
    address: z.string().min(2).max(45).describe('The address in its canonical form (RFC 5952), without prefix length.'),
    pod: z
      .object({
        namespace: z.string().min(1).max(63).describe('Namespace of the pod.'),
        name: z.string().min(1).max(253).describe('Name of the pod.'),
        uid: z
          .string()
          .max(64)
          .describe(
            'The metadata.uid of the pod. Where no such pod is left, the address is collected unless it is sticky.',
          ),
      })
      .describe('The pod that holds the address.'),
    node: z.string().min(1).max(253).describe('Name of the node that the pod runs on, or ran on last.'),
    sticky: z
      .boolean()
      .describe(
        'Whether the address is kept for the pod’s name when the pod is gone: one of a StatefulSet finds it again on another node.',
      )
      .default(false),
  })
  .describe('Which address it is, and who holds it.');

/** Schema of a VRFAddress. Metadata stays open: an API server adds fields of its own. */
export const vrfAddressShape = z.object({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('VRFAddress'),
  metadata: z.object({ name: z.string() }),
  spec,
});

export type VrfAddress = z.output<typeof vrfAddressShape>;

/**
 * The name of the object: `customer-a.192.0.2.2`, `customer-a.2001-db8--2`, and `customer-a.0--1` for ::1, since a name
 * neither begins nor ends with "-". `address` is in canonical form.
 */
export function addressName(vrf: string, address: string): string {
  const padded = `${address.startsWith(':') ? '0' : ''}${address}${address.endsWith(':') ? '0' : ''}`;
  return `${vrf}.${padded.replaceAll(':', '-')}`;
}

/** The VRF and the address, in canonical form, that an object of this name stands for; undefined for any other name. */
export function parseAddressName(name: string): { vrf: string; address: string } | undefined {
  const dot = name.indexOf('.');
  const vrf = name.slice(0, dot);
  const rest = name.slice(dot + 1);
  const address = parseAddress(rest.includes('.') ? rest : rest.replaceAll('-', ':'))?.text;
  return dot > 0 && address !== undefined && addressName(vrf, address) === name ? { vrf, address } : undefined;
}

/** What an API server checks: no two objects for one address, and no object that becomes another. */
export const vrfAddressRules: readonly CelRule[] = [
  {
    name: 'canonical-address',
    at: 'spec.address',
    rule: 'isIP(self) && ip.isCanonical(self)',
    message: 'is no address in canonical form; write one such as 192.0.2.2 or 2001:db8::2',
  },
  {
    name: 'name-of-address',
    at: '',
    rule: "self.metadata.name == self.spec.vrf + '.' + (self.spec.address.startsWith(':') ? '0' : '') + self.spec.address.replace(':', '-') + (self.spec.address.endsWith(':') ? '0' : '')",
    messageExpression:
      "'metadata.name \"' + self.metadata.name + '\" is not that of address ' + self.spec.address + ' in VRF ' + self.spec.vrf + '; write VRF.ADDRESS with \"-\" for each \":\"'",
    message: 'metadata.name is not that of the address in the VRF; write VRF.ADDRESS with "-" for each ":"',
  },
  {
    name: 'vrf-stays',
    at: 'spec.vrf',
    rule: 'self == oldSelf',
    message: 'cannot be changed; delete the object and create another',
  },
  {
    name: 'address-stays',
    at: 'spec.address',
    rule: 'self == oldSelf',
    message: 'cannot be changed; delete the object and create another',
  },
];
