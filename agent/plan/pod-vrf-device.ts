/** The pod's side as a VRF device: look-ups that miss end in it, and wildcard listeners stay out of it. */
import type { Attachment } from './desired.ts';
import type { Family, KernelObject } from './kernel-object.ts';
import { ownSourceRules, unboundRules } from './pod-accept.ts';
import { customerRoutes, podAddresses } from './pod-routes.ts';
import { lastResort } from './routes.ts';

const families: readonly Family[] = [4, 6];

/** Enslave, up, addresses, routes: enslaving later would drop the global IPv6 addresses. */
export function podVrfDevice(attachment: Attachment, table: number): KernelObject[] {
  const { vrf, interface: dev, alias } = attachment;
  const routes = customerRoutes(attachment, table);
  return [
    { object: 'link', in: 'pod', name: vrf.name, kind: 'vrf', table },
    { object: 'link-settings', in: 'pod', dev: vrf.name, alias, up: true },
    ...families.flatMap(localBehindVrf),
    ...lastResort('pod', table),
    {
      object: 'link-settings',
      in: 'pod',
      dev,
      alias,
      addrGenMode: 'none',
      ipv4: { forwarding: 0, rpFilter: 0, arpNotify: 1, arpIgnore: 1 },
    },
    { object: 'link-settings', in: 'pod', dev, master: vrf.name },
    { object: 'link-settings', in: 'pod', dev, up: true },
    ...podAddresses(attachment).map(
      ({ address, scope }): KernelObject => ({
        object: 'address',
        in: 'pod',
        dev,
        address,
        scope,
        ...(scope === 'link' ? { prefixRoute: true } : {}),
      }),
    ),
    ...routes,
    ...ownSourceRules(attachment, table),
    ...unboundRules(attachment, table, routes),
  ];
}

/** With `local` in front, the customer would be answered by the pod's cluster address. */
function localBehindVrf(family: Family): KernelObject[] {
  return [
    { object: 'rule', in: 'pod', family, priority: 10, action: 'l3mdev' },
    { object: 'local-rule', in: 'pod', family, priority: 20, last: true },
  ];
}
