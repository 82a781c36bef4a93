/** Has the agent's addresses unique in the cluster that its VRFs come from. */
import type { Logger } from 'pino';
import type { Agent } from '../server/agent.ts';
import { ReserveAhead } from '../server/reserve-ahead.ts';
import { holdings, SharedAddresses } from '../server/shared-addresses.ts';
import { HeldStore } from '../state/held.ts';
import type { Cluster } from './cluster.ts';

/** `interval` is in seconds. */
export async function shareAddresses(
  agent: Agent,
  { client, nodeName, source }: Cluster,
  interval: number,
  log: Logger,
): Promise<SharedAddresses> {
  const { Addresses } = await import('../kube/addresses.ts');
  const memory = new HeldStore(`${agent.stateDirectory}/held`, nodeName);
  for (const { file, reason } of memory.unreadable) log.warn({ file, reason }, 'what was known last is unreadable');
  const addresses = new Addresses({
    memory,
    client,
    nodeName,
    reach: source.reach,
    log,
    interval: interval * 1000,
    isHeld: (vrf, address) => agent.ipam.holder(vrf, address) !== undefined,
    holdings: () => holdings(agent),
  });
  const ahead = new ReserveAhead(agent, addresses);
  agent.pods?.onChange(() => ahead.look());
  agent.sharedAddresses = new SharedAddresses(agent, addresses);
  return agent.sharedAddresses;
}
