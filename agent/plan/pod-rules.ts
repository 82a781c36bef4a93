/**
 * The pod's side where the kernel has no VRF device: two tables and policy rules with the same guarantee,
 * that nothing falls through to the cluster's interface. Limit: an unbound socket serves both sides.
 */
import { type Attachment, clusterInterface } from './desired.ts';
import type { Family, KernelObject, Route, Rule } from './kernel-object.ts';
import { unboundRules } from './pod-accept.ts';
import { customerRoutes, podAddresses } from './pod-routes.ts';
import { familyOf, hostPrefix, lastResort, ownLinkLocal } from './routes.ts';

const families: readonly Family[] = [4, 6];

/** `input` is looked up for what arrives from the customer, `output` for what the pod sends. */
export function podRules(attachment: Attachment, { input, output }: { input: number; output: number }): KernelObject[] {
  const { interface: dev, alias } = attachment;
  const routes = customerRoutes(attachment, output);
  return [
    {
      object: 'link-settings',
      in: 'pod',
      dev,
      alias,
      addrGenMode: 'none',
      ipv4: { forwarding: 0, rpFilter: 0, arpNotify: 1, arpIgnore: 1 },
    },
    // The rules stand before the link is up and before the address exists.
    ...families.flatMap((family) => rules(attachment, family, input, output)),
    { object: 'link-settings', in: 'pod', dev, up: true },
    ...podAddresses(attachment).map(
      ({ address, scope }): KernelObject => ({
        object: 'address',
        in: 'pod',
        dev,
        // Host prefixes: a longer one brings a broadcast address into table local.
        address: scope === 'link' ? address : hostPrefix(address),
        scope,
      }),
    ),
    ...inputRoutes(attachment, input),
    ...outputRoutes(attachment, output, routes),
    ...unboundRules(attachment, output, routes),
  ];
}

function rules(attachment: Attachment, family: Family, input: number, output: number): KernelObject[] {
  const { interface: dev, addresses } = attachment;
  const cluster = clusterInterface(attachment);
  const rule = (
    priority: number,
    action: Rule['action'],
    selector: Pick<Rule, 'iif' | 'oif' | 'from' | 'to' | 'table'>,
  ): Rule => ({
    object: 'rule',
    in: 'pod',
    family,
    priority,
    action,
    ...selector,
  });
  const own = addresses.filter((address) => familyOf(address) === family).map(hostPrefix);
  return [
    rule(10, 'lookup', { iif: dev, table: input }),
    // Blackhole, not unreachable: with forwarding on, the ICMP error would leave by the cluster's interface.
    rule(11, 'blackhole', { iif: dev }),
    ...(cluster === undefined ? [] : own.map((to) => rule(12, 'blackhole', { iif: cluster, to }))),
    rule(13, 'lookup', { oif: dev, table: output }),
    rule(14, 'unreachable', { oif: dev }),
    ...own.flatMap((from) => [
      rule(15, 'lookup', { iif: 'lo', from, table: output }),
      rule(16, 'unreachable', { iif: 'lo', from }),
    ]),
    { object: 'local-rule', in: 'pod', family, priority: 20, last: true },
  ];
}

function podRoute(table: number, type: 'local' | 'multicast' | 'unicast', to: string, dev: string): Route {
  return { object: 'route', in: 'pod', family: familyOf(to), table, type, to, dev };
}

const speaks6 = ({ addresses }: Attachment) => addresses.some((address) => familyOf(address) === 6);

function ownRoutes(attachment: Attachment, table: number): Route[] {
  const { interface: dev, addresses } = attachment;
  return [...addresses, ...ownLinkLocal(attachment).map((address) => `${address}/128`)].map((address) =>
    podRoute(table, 'local', hostPrefix(address), dev),
  );
}

function inputRoutes(attachment: Attachment, table: number): Route[] {
  const multicast = speaks6(attachment) ? [podRoute(table, 'multicast', 'ff00::/8', attachment.interface)] : [];
  return [...ownRoutes(attachment, table), ...multicast];
}

function outputRoutes(attachment: Attachment, table: number, customer: readonly Route[]): Route[] {
  const { interface: dev } = attachment;
  const link = speaks6(attachment)
    ? [podRoute(table, 'unicast', 'fe80::/64', dev), podRoute(table, 'multicast', 'ff00::/8', dev)]
    : [];
  return [...ownRoutes(attachment, table), ...link, ...customer, ...lastResort('pod', table)];
}
