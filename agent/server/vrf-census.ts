/** Attachments and addresses of each VRF in its status, counted in the whole cluster. */
import { isDeepStrictEqual } from 'node:util';
import { addressPlan } from '../ipam/address-plan.ts';
import { UsageCount } from '../ipam/usage.ts';
import { unless } from '../kube/api-error.ts';
import { countAddresses, countAttachments } from '../kube/census.ts';
import type { KubeClient } from '../kube/client.ts';
import { inUseFinalizer, letGo, patchStatus, type SeenVrf } from '../kube/vrf-object.ts';
import { countedStatus } from '../kube/vrf-status-count.ts';
import type { Writer } from '../kube/writer.ts';
import type { KubernetesSource } from '../sources/kubernetes.ts';

interface Options {
  client: KubeClient;
  writer: Writer;
  source: KubernetesSource;
  nodeName: string;
  /** Whether a pod of this node is attached to a VRF. */
  isAttachedHere: (vrf: string) => boolean;
}

/** Nodes that are asked for at most, of those that are listed as not ready. */
const mostAsked = 50;

/** Counts once, and writes what has changed. Whether nobody else has written meanwhile. Throws what a request throws. */
export async function takeCensus(options: Options, signal: AbortSignal): Promise<boolean> {
  const { client, source } = options;
  // Before it is counted: what is written to a VRF meanwhile is a conflict, and counts for more.
  const before = new Map(source.names()?.map((name) => [name, source.seen(name)]));
  const usage = new Map(source.list().map((vrf) => [vrf.metadata.name, new UsageCount(addressPlan(vrf))]));
  const attachments = await countAttachments(client, signal);
  await countAddresses(client, (vrf, address) => usage.get(vrf)?.add(address), signal);
  let isWhole = true;
  for (const [name, seen] of before) {
    if (seen) isWhole = (await update(options, name, seen, attachments.of(name), usage.get(name))) && isWhole;
    signal.throwIfAborted();
  }
  return isWhole;
}

async function update(
  { client, writer, source, nodeName, isAttachedHere }: Options,
  name: string,
  seen: SeenVrf,
  attachments: ReadonlyMap<string, number>,
  usage: UsageCount | undefined,
): Promise<boolean> {
  const unready = seen.status?.nodes?.filter(({ ready }) => !ready).slice(0, mostAsked) ?? [];
  const gone = await goneOf(
    client,
    unready.map((one) => one.name),
  );
  const count = { attachments, addresses: usage?.usage, gone };
  const status = countedStatus(seen.status, count, source.verdict?.(name), new Date());
  if (!isDeepStrictEqual(status, seen.status)) return patchStatus(writer, name, seen, status);
  // What an agent has left that died, or two that let go at once.
  if (attachments.size === 0 && !isAttachedHere(name) && seen.finalizers.includes(inUseFinalizer))
    await letGo(writer, name, seen, nodeName);
  return true;
}

async function goneOf(client: KubeClient, names: readonly string[]): Promise<Set<string>> {
  const gone = new Set<string>();
  for (const name of names)
    if (!(await unless([404], client.request({ path: `/api/v1/nodes/${encodeURIComponent(name)}` })))) gone.add(name);
  return gone;
}
