/** Has the agent's addresses unique in the cluster that its VRFs come from. */
import type { Logger } from 'pino';
import type { Agent } from '../server/agent.ts';
import { holdings, SharedAddresses } from '../server/shared-addresses.ts';
import type { Cluster } from './cluster.ts';

/** `interval` is in seconds. */
export async function shareAddresses(
  agent: Agent,
  { client, nodeName, source }: Cluster,
  interval: number,
  log: Logger,
): Promise<SharedAddresses> {
  const { Addresses } = await import('../kube/addresses.ts');
  const addresses = new Addresses({
    client,
    nodeName,
    reach: source.reach,
    log,
    interval: interval * 1000,
    isHeld: (vrf, address) => agent.ipam.holder(vrf, address) !== undefined,
    holdings: () => holdings(agent),
  });
  agent.sharedAddresses = new SharedAddresses(agent, addresses);
  return agent.sharedAddresses;
}
