/** What both ways of realising the pod's side have in common: its addresses and its way to the customer. */
import { type Attachment, gateway4, gateway6 } from './desired.ts';
import type { Route } from './kernel-object.ts';
import { connectedRoutes, familyOf, ownLinkLocal } from './routes.ts';

/** The way to the customer's networks, in whatever table the pod's side uses. */
export function customerRoutes(attachment: Attachment, table: number): Route[] {
  const { vrf, interface: dev, addresses, routes } = attachment;
  const route = (to: string, via?: string): Route => ({
    object: 'route',
    in: 'pod',
    family: familyOf(to),
    table,
    type: 'unicast',
    to,
    dev,
    ...(via === undefined ? {} : { via }),
  });
  if (vrf.mode === 'routed') {
    const next = (to: string) => (familyOf(to) === 4 ? gateway4 : gateway6);
    return [
      ...(addresses.some((address) => familyOf(address) === 4) ? [route(`${gateway4}/32`)] : []),
      ...routes.map(({ to }) => route(to, next(to))),
    ];
  }
  return [...connectedRoutes('pod', table, dev, addresses), ...routes.map(({ to, via }) => route(to, via))];
}

/** The addresses of the pod end, link-local included. */
export function podAddresses(attachment: Attachment): { address: string; scope: 'global' | 'link' }[] {
  return [
    ...attachment.addresses.map((address) => ({ address, scope: 'global' as const })),
    ...ownLinkLocal(attachment).map((address) => ({ address: `${address}/64`, scope: 'link' as const })),
  ];
}
