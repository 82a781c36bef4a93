/** What is in the kernel, as far as a plan needs to know it. */
import type { Family, Filter, LinkSettings, Place, Route, Rule, Sysctl } from './kernel-object.ts';

export interface LinkState
  extends Required<Pick<LinkSettings, 'up' | 'master'>>,
    Pick<LinkSettings, 'alias' | 'mtu' | 'mac' | 'addrGenMode' | 'ipv4' | 'bridge' | 'bridgePort'> {
  name: string;
  kind: string | undefined;
  /** Of a VRF device. */
  table?: number;
  vlanId?: number;
  index?: number;
  /** Index of a veth's other end, in the namespace where that one is. */
  peer?: number;
}

/**
 * `narrowed`: it selects by what a {@link Rule} cannot say, and so is somebody else's. `ours`: it carries our protocol
 * number, which rules in pods do.
 */
export type RuleState = Omit<Rule, 'object' | 'in' | 'action'> & {
  action: Rule['action'] | 'other';
  narrowed?: true;
  ours?: true;
};
/** `maker`: the kernel itself, or a routing daemon (by its protocol number); absent for what somebody said, we among them. */
export type RouteState = Omit<Route, 'object' | 'in' | 'type'> & {
  type: Route['type'] | 'other';
  maker?: 'kernel' | 'daemon';
};

/** `divert.to` is empty when its interface is gone. */
export interface FilterState extends Pick<Filter, 'allow' | 'divert'> {
  /** `whole`: both programs are in their places, the last one dropping everything; `partly`: not quite. */
  ours: 'whole' | 'partly' | 'none';
  /** Filters of others that are asked before ours have dropped the packet: `u32 at preference 10`. */
  before?: readonly string[];
}

export interface PlaceState {
  /** By name. */
  links: Map<string, LinkState>;
  /** Addresses with prefix length, by device; a device that was not looked at is absent. */
  addresses: Map<string, ReadonlySet<string>>;
  /** Of the tables looked at. */
  routes: readonly RouteState[];
  /** In the kernel's order, of both families. */
  rules: readonly RuleState[];
  /** Sticky static entries, by port. */
  fdb: Map<string, ReadonlySet<string>>;
  /** By `device direction`. */
  filters: Map<string, FilterState>;
  /** By path; read only where the agent can. */
  sysctls: Map<string, Sysctl['value']>;
}

/** By place. A VRF's namespace that does not exist is absent. */
export type Observed = ReadonlyMap<Place, PlaceState>;

/** A place in which there is nothing. */
export function emptyPlace(): PlaceState {
  return {
    links: new Map(),
    addresses: new Map(),
    routes: [],
    rules: [],
    fdb: new Map(),
    filters: new Map(),
    sysctls: new Map(),
  };
}

/** Whether every packet meets it. */
export function selectsAll({ iif, oif, from, to, narrowed }: RuleState): boolean {
  return iif === undefined && oif === undefined && from === undefined && to === undefined && !narrowed;
}

/** Where table `local` is looked up for every packet, and whether another rule of that priority follows; undefined when nowhere. */
export function localRuleOf(
  rules: readonly RuleState[],
  family: Family,
): { priority: number; last: boolean } | undefined {
  const own = rules.filter((rule) => rule.family === family);
  const index = own.findIndex((rule) => rule.action === 'lookup' && rule.table === 255 && selectsAll(rule));
  const local = own[index];
  if (!local) return undefined;
  return { priority: local.priority, last: own[index + 1]?.priority !== local.priority };
}
