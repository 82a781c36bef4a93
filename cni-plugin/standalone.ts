/** Without a chain (a Multus delegate, cnitool): one attachment, named CNI_IFNAME, addresses by IPAM plugin if one is named. */
import type { CniResult, NetConf } from '../common/cni.ts';
import { agentOf } from './agent.ts';
import { attach } from './attach.ts';
import { type Config, requirePrevResult } from './config.ts';
import type { Environment } from './environment.ts';
import { NamespaceGone } from './failures.ts';
import { type Ipam, ipamOf } from './ipam.ts';
import { undone } from './refusal.ts';
import { mergeResult, requireMergeable } from './result.ts';
import type { System } from './system.ts';
import { readWanted, type Wanted } from './wanted.ts';

/** Whether the configuration itself names the VRF. The annotation counts for nothing then. */
export function isStandalone(config: NetConf): boolean {
  return config.vrf !== undefined;
}

/** ADD without a chain: the attachment alone, or added to a prevResult that came all the same. */
export async function addStandalone(
  system: System,
  config: Config,
  environment: Environment,
  stdin: string,
): Promise<CniResult> {
  const prevResult =
    config.prevResult === undefined ? {} : requirePrevResult(config, 'leave it out or hand it over whole');
  requireMergeable(prevResult);
  const agent = agentOf(system, config);
  const wanted = readWanted(config, environment);
  const ipam = delegateFor(wanted, () => ipamOf(system, config, stdin, agent.deadline));
  const lease = ipam?.add();
  try {
    return await attach(agent, environment, asAnnotation({ ...wanted, ...lease?.read() }), (made) =>
      mergeResult(config.cniVersion, prevResult, made, environment.netns),
    );
  } catch (error) {
    const failure = ipam ? await undone(error, () => ipam.del()) : error;
    const isAlone = config.prevResult === undefined;
    throw isAlone && failure instanceof NamespaceGone ? failure.withoutChain() : failure;
  }
}

/** What a CHECK without a chain asserts: as for its ADD, with the addresses that an IPAM plugin gave then. */
export function checkStandalone(
  config: Config,
  environment: Environment,
  { interfaces, ips }: CniResult,
  ipam: Ipam | undefined,
): string {
  const wanted = readWanted(config, environment);
  delegateFor(wanted, () => ipam)?.pass('CHECK');
  if (wanted.addresses || !ipam) return asAnnotation(wanted);
  const ours = ips?.filter(({ interface: at }) => at !== undefined && interfaces?.[at]?.name === environment.ifname);
  return asAnnotation(ours?.length ? { ...wanted, addresses: ours.map(({ address }) => address) } : wanted);
}

/** The IPAM plugin is asked only where nobody has named addresses. */
function delegateFor({ addresses }: Wanted, ipam: () => Ipam | undefined): Ipam | undefined {
  return addresses ? undefined : ipam();
}

function asAnnotation(wanted: Wanted): string {
  return JSON.stringify([wanted]);
}
