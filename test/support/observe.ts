/** The kernel's state as iproute2 tells it, which the code under test had no part in. */
import type { Netns } from './netns.ts';

export interface LinkInfo {
  ifname: string;
  flags: string[];
  mtu: number;
  address: string;
  master?: string;
  ifalias?: string;
  linkinfo?: { info_kind?: string; info_data?: Record<string, unknown> };
}

interface AddressInfo {
  local: string;
  prefixlen: number;
  scope: string;
}

export interface RouteInfo {
  type?: string;
  dst: string;
  dev?: string;
  gateway?: string;
  metric?: number;
  table?: string;
}

interface RuleInfo {
  priority: number;
  src?: string;
  iif?: string;
  oif?: string;
  table?: string;
  action?: string;
}

/** One interface; throws when there is none of that name. */
export async function linkOf(netns: Netns, dev: string): Promise<LinkInfo> {
  const [link] = await netns.ip<LinkInfo>('-details', 'link', 'show', 'dev', dev);
  if (!link) throw new Error(`no interface ${dev} in ${netns.name}`);
  return link;
}

/** Names of all interfaces. */
export async function linkNames(netns: Netns): Promise<string[]> {
  return (await netns.ip<LinkInfo>('link', 'show')).map(({ ifname }) => ifname);
}

/** Global addresses of an interface with prefix length, IPv4 first. */
export async function addressesOf(netns: Netns, dev: string): Promise<string[]> {
  const [link] = await netns.ip<{ addr_info: AddressInfo[] }>('address', 'show', 'dev', dev);
  const global = (link?.addr_info ?? []).filter(({ scope }) => scope === 'global');
  return global.map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}

/** The routes of one table; empty when there is no such table. */
export async function routesOf(netns: Netns, family: '-4' | '-6', table: string): Promise<RouteInfo[]> {
  const { stdout } = await netns.tryRun('ip', ['-json', family, 'route', 'show', 'table', table]);
  return JSON.parse(stdout || '[]');
}

/** The table in which a pod looks up what it sends into a VRF: that of its VRF device, or of its policy rule. */
export async function outputTable(pod: Netns, vrf: string, dev: string): Promise<string> {
  const devices = await pod.ip<LinkInfo>('-details', 'link', 'show', 'type', 'vrf');
  const device = devices.find(({ ifname }) => ifname === vrf);
  if (device) return String(device.linkinfo?.info_data?.table);
  const rules = await pod.ip<RuleInfo>('rule', 'show');
  const table = rules.find((rule) => rule.oif === dev && rule.table !== undefined)?.table;
  if (table === undefined) throw new Error(`no table for ${dev} in ${JSON.stringify(rules)}`);
  return table;
}

/** All of a pod that belongs to the cluster: eth0, the main table, the rules behind `local`, in both families. */
export async function clusterSide(pod: Netns): Promise<unknown> {
  const families = (['-4', '-6'] as const).map(async (family) => [
    await routesOf(pod, family, 'main'),
    (await pod.ip<RuleInfo>(family, 'rule', 'show')).filter(({ priority }) => priority >= 32766),
  ]);
  const [eth0] = await pod.ip<LinkInfo>('address', 'show', 'dev', 'eth0');
  return { eth0, families: await Promise.all(families) };
}

/** The name of the interface whose alias tells of this attachment, `multivrf:VRF:NAMESPACE/POD:INTERFACE`. */
export async function hostEndOf(netns: Netns, alias: string): Promise<string> {
  const links = await netns.ip<LinkInfo>('-details', 'link', 'show');
  const found = links.find(({ ifalias }) => ifalias?.split(' ')[0] === alias);
  if (!found)
    throw new Error(`no interface with alias ${alias} in ${netns.name}: ${links.map(({ ifalias }) => ifalias)}`);
  return found.ifname;
}
