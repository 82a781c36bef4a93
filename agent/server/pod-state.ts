/** What is in a pod's namespace before we add to it: names and tables taken. */
import type { Seen } from '../apply/observe.ts';
import { observeRoutes } from '../apply/observe-routes.ts';
import type { PlaceHandle } from '../apply/place.ts';
import { dumpLinks } from '../netlink/codec/link.ts';
import { decodeLink } from '../netlink/codec/link-decode.ts';
import { decodeRule, dumpRules } from '../netlink/codec/rule.ts';
import type { KernelObject } from '../plan/kernel-object.ts';
import { leftoverRules, removeLeftovers, tablesOf } from '../plan/leftovers.ts';
import { isOurs } from '../plan/names.ts';
import type { RouteState, RuleState } from '../plan/observed.ts';
import type { Step } from '../plan/step.ts';
import { freeTables } from '../plan/tables.ts';

export interface PodState extends Seen {
  /** The table for a VRF device: the one it has from an earlier attachment, else a free one, given out once. */
  vrfTable(vrf: string): number;
  /** Two free tables for the policy rules of one attachment. */
  ruleTables(): { input: number; output: number };
  /** Takes away what attachments that are gone have left. Everything else here is said as if that were done. */
  readonly tidying: readonly Step[];
}

/** `standing`: the pod's side of the attachments that it has. */
export function observePod(pod: PlaceHandle, standing: readonly KernelObject[]): PodState {
  const links = new Map(pod.socket.dump(dumpLinks(), decodeLink).map((link) => [link.name, link]));
  const all = [...pod.socket.dump(dumpRules(4), decodeRule), ...pod.socket.dump(dumpRules(6), decodeRule)];
  const leftovers = leftoverRules(all, standing);
  const rules = all.filter((rule) => !leftovers.includes(rule));
  const used = new Map<number, string>();
  for (const { table, name } of links.values()) if (table !== undefined) used.set(table, name);
  for (const { table, priority } of rules) if (table !== undefined) used.set(table, `rule ${priority}`);
  const referred = new Set(used.keys());
  const take = (count: number) => {
    const tables = freeTables(count, (table) => used.get(table));
    for (const table of tables) used.set(table, 'this attachment');
    return tables;
  };
  return {
    tidying: removeLeftovers(leftovers, leftoverRoutes(pod, leftovers)),
    links,
    rules,
    tables: referred,
    vrfTable(vrf) {
      const device = links.get(vrf);
      return device?.table !== undefined && isOurs(device.alias) ? device.table : take(1)[0]!;
    },
    ruleTables() {
      const [output, input] = take(2) as [number, number];
      return { output, input };
    },
  };
}

function leftoverRoutes(pod: PlaceHandle, leftovers: readonly RuleState[]): RouteState[] {
  return [...tablesOf(leftovers)].flatMap((table) =>
    ([4, 6] as const).flatMap((family) => observeRoutes(pod, family, table, new Map())),
  );
}
