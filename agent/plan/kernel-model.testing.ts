/**
 * The kernel as far as plans see it, pure: applies steps to an observed state, and refuses what the kernel
 * refuses. It says nothing about the real kernel that test/ does not check there.
 */
import type { Family, Filter, Link, LinkSettings, LocalRule, Place, Route, Rule } from './kernel-object.ts';
import { emptyPlace, type LinkState, type Observed, type PlaceState, type RuleState } from './observed.ts';
import type { Step, WireThing } from './step.ts';

/** A namespace as it is born, with the interfaces `names`, up and nobody's. */
export function freshPlace(...names: string[]): PlaceState {
  const rules = ([4, 6] as const).flatMap((family): RuleState[] => [
    { family, priority: 0, action: 'lookup', table: 255 },
    { family, priority: 32766, action: 'lookup', table: 254 },
  ]);
  return {
    ...emptyPlace(),
    rules,
    links: new Map(['lo', ...names].map((name) => [name, { ...newLink(name), up: true }])),
  };
}

function newLink(name: string, kind?: string): LinkState {
  const ipv4 = { forwarding: 0, rpFilter: 0, arpNotify: 0, arpIgnore: 0 };
  return { name, kind, up: false, master: '', addrGenMode: 'eui64', ipv4 };
}

const bridgeDefaults = { multicastSnooping: true, forwardDelay: 1500 };
const portDefaults = { learning: true, flood: true, multicastFlood: true, broadcastFlood: true };

/** The state after `steps`. Throws what the kernel would answer, as `EEXIST …`. */
export function applied(observed: Observed, steps: readonly Step[]): Observed {
  const kernel = new KernelModel(new Map([...observed].map(([name, place]) => [name, copied(place)])));
  for (const step of steps) kernel.apply(step);
  return kernel.places;
}

/** The state with something else done to one place of it. */
export function changed(observed: Observed, place: Place, change: (state: PlaceState) => void): Observed {
  const state = copied(observed.get(place)!);
  change(state);
  return new Map([...observed, [place, state]]);
}

function copied(place: PlaceState): PlaceState {
  const { links, addresses, fdb, filters, sysctls } = place;
  return {
    ...place,
    links: new Map([...links].map(([name, link]) => [name, { ...link }])),
    addresses: new Map(addresses),
    fdb: new Map(fdb),
    filters: new Map(filters),
    sysctls: new Map(sysctls),
  };
}

function setFilter({ links, filters }: PlaceState, { dev, direction, allow, divert }: Filter): void {
  const diverted = divert && links.has(divert.to) ? { divert } : {};
  filters.set(`${dev} ${direction}`, { ours: 'whole', allow, ...diverted });
}

class KernelModel {
  readonly places: Map<Place, PlaceState>;

  constructor(places: Map<Place, PlaceState>) {
    this.places = places;
  }

  apply(step: Step): void {
    switch (step.do) {
      case 'make': {
        const place = freshPlace();
        place.links.get('lo')!.alias = step.object.alias;
        this.places.set(step.object.in, place);
        return;
      }
      case 'unmake':
        this.places.delete(step.object.in);
        return;
      case 'write':
        this.#at(step.to.in).sysctls.set(step.to.path, step.to.value);
        return;
      case 'change':
        this.#change(step.to);
        return;
      case 'replace':
        setFilter(this.#at(step.to.in), step.to);
        return;
      case 'move-local-rule':
        this.#moveLocal(step.to, step.from);
        return;
      case 'add':
        this.#add(step.object);
        return;
      case 'remove':
        this.#remove(step.object);
        return;
    }
  }

  #at(place: Place): PlaceState {
    const state = this.places.get(place);
    if (!state) throw new Error(`no namespace ${place}`);
    return state;
  }

  #link(place: Place, name: string): LinkState {
    const link = this.#at(place).links.get(name);
    if (!link) throw new Error(`ENODEV ${name} in ${place}`);
    return link;
  }

  #change({ in: place, dev, object: _, ipv4, bridgePort, ...flat }: LinkSettings): void {
    const link = this.#link(place, dev);
    Object.assign(link, flat);
    if (flat.master !== undefined) this.#enslaved(place, link);
    if (ipv4) link.ipv4 = { ...link.ipv4, ...ipv4 };
    if (bridgePort && !link.bridgePort) throw new Error(`EOPNOTSUPP ${dev} is no port`);
    if (bridgePort) link.bridgePort = bridgePort;
  }

  #enslaved(place: Place, link: LinkState): void {
    delete link.bridgePort;
    if (link.master !== '' && this.#link(place, link.master).kind === 'bridge') link.bridgePort = portDefaults;
  }

  #addLink(object: Link): void {
    const { links } = this.#at(object.in);
    if (links.has(object.name)) throw new Error(`EEXIST ${object.name}`);
    const link = newLink(object.name, object.kind);
    links.set(object.name, link);
    if (object.kind === 'bridge') link.bridge = bridgeDefaults;
    if (object.kind === 'vrf') link.table = object.table;
    if (object.kind === 'vlan') {
      this.#link(object.parentIn, object.parent);
      link.vlanId = object.id;
    }
    if (object.kind === 'veth') {
      const { name, mac, mtu } = object.peer;
      Object.assign(link, { master: object.master ?? '', mtu: object.mtu });
      this.#enslaved(object.in, link);
      this.#at(object.peer.in).links.set(name, { ...newLink(name, 'veth'), mac, mtu });
    }
  }

  #add(object: WireThing): void {
    const place = this.#at(object.in);
    if ('dev' in object && object.dev !== undefined) this.#link(object.in, object.dev);
    switch (object.object) {
      case 'link':
        this.#addLink(object);
        return;
      case 'moved-link': {
        place.links.set(object.name, { ...this.#link(object.from, object.name), master: '', up: false });
        this.#at(object.from).links.delete(object.name);
        return;
      }
      case 'address':
        addTo(place.addresses, object.dev, object.address);
        return;
      case 'fdb':
        addTo(place.fdb, object.dev, object.mac);
        return;
      case 'filter':
        setFilter(place, object);
        return;
      case 'route':
        if (place.routes.some((route) => sameKey(route, object)))
          throw new Error(`EEXIST route ${object.to} ${object.table}`);
        place.routes = [...place.routes, withoutHead(object)];
        return;
      case 'rule':
        if (place.rules.some((rule) => sameWords(rule, object)))
          throw new Error(`EEXIST rule ${JSON.stringify(object)}`);
        place.rules = withRule(place.rules, withoutHead(object));
    }
  }

  #remove(object: WireThing): void {
    const place = this.#at(object.in);
    switch (object.object) {
      case 'link':
        this.#removeLink(object);
        return;
      case 'moved-link': {
        const link = this.#link(object.in, object.name);
        place.links.delete(object.name);
        this.#at(object.from).links.set(object.name, { ...link, master: '', up: false });
        return;
      }
      case 'address':
        removeFrom(place.addresses, object.dev, object.address);
        return;
      case 'fdb':
        removeFrom(place.fdb, object.dev, object.mac);
        return;
      case 'filter':
        place.filters.delete(`${object.dev} ${object.direction}`);
        return;
      case 'route':
        place.routes = without(place.routes, (route) => sameKey(route, object));
        return;
      case 'rule':
        place.rules = without(place.rules, (rule) => sameWords(rule, object));
    }
  }

  #removeLink(object: Link): void {
    this.#link(object.in, object.name);
    this.#vanish(object.in, object.name);
    if (object.kind === 'veth') this.#vanish(object.peer.in, object.peer.name);
  }

  /** What lives on a link goes with it, rules naming it stay. */
  #vanish(at: Place, name: string): void {
    const place = this.places.get(at);
    if (!place) return;
    place.links.delete(name);
    place.addresses.delete(name);
    place.fdb.delete(name);
    for (const direction of ['ingress', 'egress']) place.filters.delete(`${name} ${direction}`);
    place.routes = place.routes.filter(({ dev }) => dev !== name);
    for (const link of place.links.values()) {
      if (link.master === name) Object.assign(link, { master: '', bridgePort: undefined });
    }
  }

  #moveLocal(to: LocalRule, from: LocalRule): void {
    const place = this.#at(to.in);
    const local = (priority: number): RuleState => ({ family: to.family, priority, action: 'lookup', table: 255 });
    place.rules = withRule(place.rules, local(to.priority));
    place.rules = without(place.rules, (rule) => sameWords(rule, local(from.priority)));
  }
}

/** Behind those of equal priority. */
function withRule(rules: readonly RuleState[], rule: RuleState): RuleState[] {
  const at = rules.findIndex(({ family, priority }) => family === rule.family && priority > rule.priority);
  return rules.toSpliced(at < 0 ? rules.length : at, 0, rule);
}

function without<T>(list: readonly T[], is: (one: T) => boolean): T[] {
  const at = list.findIndex(is);
  if (at < 0) throw new Error('ENOENT');
  return list.toSpliced(at, 1);
}

function sameWords(is: RuleState, wanted: RuleState | Rule): boolean {
  const keys = ['family', 'priority', 'action', 'table', 'iif', 'oif', 'from', 'to'] as const;
  return keys.every((key) => is[key] === wanted[key]);
}

/** What NLM_F_EXCL looks at: neither device nor next hop nor source. */
function sameKey(is: { family: Family; table: number; to: string; metric?: number }, wanted: Route): boolean {
  return is.family === wanted.family && is.table === wanted.table && is.to === wanted.to && is.metric === wanted.metric;
}

function withoutHead<T extends { object: string; in: Place }>({
  object: _,
  in: __,
  ...rest
}: T): Omit<T, 'object' | 'in'> {
  return rest;
}

function addTo(map: Map<string, ReadonlySet<string>>, key: string, value: string): void {
  if (map.get(key)?.has(value)) throw new Error(`EEXIST ${value} on ${key}`);
  map.set(key, new Set([...(map.get(key) ?? []), value]));
}

function removeFrom(map: Map<string, ReadonlySet<string>>, key: string, value: string): void {
  if (!map.get(key)?.has(value)) throw new Error(`ENOENT ${value} on ${key}`);
  map.set(key, new Set([...map.get(key)!].filter((one) => one !== value)));
}
