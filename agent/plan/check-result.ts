/** Whether the runtime's memory of the ADD (prevResult) still tells what was attached. */
import type { CniInterface, CniIp, CniResult } from '../../common/cni.ts';
import { type Drift, heals } from './check-drift.ts';
import type { Attachment } from './desired.ts';

/** How `prevResult`, which is whatever the runtime sent, differs from `attachment`. `netns` is the pod's CNI_NETNS. */
export function resultDrifts(prevResult: CniResult, netns: string, attachment: Attachment): Drift[] {
  const interfaces = listOf<CniInterface>(prevResult.interfaces);
  const index = indexOfPodEnd(interfaces, netns, attachment.interface);
  const is = interfaces[index];
  const texts = is
    ? [...interfaceTexts(is, netns, attachment), ...addressTexts(listOf<CniIp>(prevResult.ips), index, attachment)]
    : [`prevResult has no interface ${attachment.interface} in a sandbox`];
  return texts.map((text) => ({ text, heal: heals.result }));
}

/** What is not a list of objects counts as none: its elements stay at their indexes. */
function listOf<T extends object>(value: unknown): Partial<T>[] {
  return Array.isArray(value) ? value.map((one: unknown) => (typeof one === 'object' && one !== null ? one : {})) : [];
}

/** The one in the pod's sandbox, else one in another; -1 when there is none. */
function indexOfPodEnd(interfaces: readonly Partial<CniInterface>[], netns: string, dev: string): number {
  const own = interfaces.findIndex(({ name, sandbox }) => name === dev && sandbox === netns);
  return own >= 0 ? own : interfaces.findIndex(({ name, sandbox }) => name === dev && Boolean(sandbox));
}

function interfaceTexts({ sandbox, mac, mtu }: Partial<CniInterface>, netns: string, attachment: Attachment): string[] {
  const texts: string[] = [];
  const differs = (what: string, is: unknown, attached: unknown) =>
    texts.push(`prevResult says ${what} ${is === undefined ? 'none' : is}, attached is ${attached}`);
  if (sandbox !== netns) differs('sandbox', sandbox, netns);
  if (mac !== attachment.mac) differs('MAC', mac, attachment.mac);
  // Told from specification 1.1.0 on.
  if (mtu !== undefined && mtu !== attachment.vrf.mtu) differs('MTU', mtu, attachment.vrf.mtu);
  return texts;
}

function addressTexts(ips: readonly Partial<CniIp>[], index: number, { addresses }: Attachment): string[] {
  const told = new Set(ips.filter((ip) => ip.interface === index).map(({ address }) => String(address)));
  return [
    ...addresses.filter((address) => !told.has(address)).map((address) => `prevResult lacks its address ${address}`),
    ...[...told]
      .filter((address) => !addresses.includes(address))
      .map((address) => `prevResult gives it the address ${address}, attached is ${addresses.join(', ')}`),
  ];
}
