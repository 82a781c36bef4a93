/** Runs a list of CNI plugins as libcni does, and with it containerd, CRI-O and cnitool. */
import type { CniResult } from '../../common/cni.ts';
import { type AttachmentPoint, callPlugin, noPoint, versionsOf } from './cni-exec.ts';

/** One entry of `plugins`. */
export interface PluginConf {
  type: string;
  capabilities?: Record<string, boolean>;
  [key: string]: unknown;
}

/** A conflist. */
export interface NetworkList {
  cniVersion: string;
  name: string;
  plugins: readonly PluginConf[];
}

/** What names an attachment in a runtime's cache, and in a GC. */
type AttachmentName = Pick<AttachmentPoint, 'containerId' | 'ifname'>;

const keyOf = ({ containerId, ifname }: AttachmentName) => `${containerId}-${ifname}`;
const atLeast = (version: string, least: string) => version.localeCompare(least, 'en', { numeric: true }) >= 0;

/** One network of a node, with the results that libcni would keep in its cache directory. */
export class CniNetwork {
  readonly list: NetworkList;
  readonly #enter: readonly string[];
  readonly #cache = new Map<string, { point: AttachmentPoint; result: CniResult }>();
  /** What each plugin of the list answered to the last ADD: those behind it need not hand on all of it. */
  readonly answers: CniResult[] = [];

  /** `enter` are the words before a command that make it run on the node. */
  constructor(list: NetworkList, enter: readonly string[]) {
    this.list = list;
    this.#enter = enter;
  }

  /** ADD in the order of the list; the last plugin's result. Stops at the first failure and cleans nothing up. */
  async add(point: AttachmentPoint): Promise<CniResult> {
    const { cniVersion, plugins } = this.list;
    this.answers.length = 0;
    for (const plugin of plugins) {
      const answer = await this.#call('ADD', plugin, point, this.answers.at(-1));
      this.answers.push({ ...answer, cniVersion });
    }
    const result = this.answers.at(-1) ?? {};
    this.#cache.set(keyOf(point), { point, result });
    return result;
  }

  /** ADD as containerd does it: a failed one is followed by DEL at once, which has no result to go by. */
  async addOrDelete(point: AttachmentPoint): Promise<CniResult> {
    try {
      return await this.add(point);
    } catch (error) {
      await this.del(point);
      throw error;
    }
  }

  /** CHECK in the order of the list, with the result of ADD; `types` picks some of its plugins. */
  async check(point: AttachmentPoint, types = this.list.plugins.map(({ type }) => type)): Promise<void> {
    const known = this.#cache.get(keyOf(point));
    if (!known) throw new Error(`no result of ${keyOf(point)}: libcni does not CHECK without`);
    for (const plugin of this.list.plugins.filter(({ type }) => types.includes(type)))
      await this.#call('CHECK', plugin, point, known.result);
  }

  /** DEL, last plugin first, with the result of ADD where there is one and the version has it (0.4.0). Stops at the first failure. */
  async del(point: AttachmentPoint): Promise<void> {
    const known = atLeast(this.list.cniVersion, '0.4.0') ? this.#cache.get(keyOf(point))?.result : undefined;
    for (const plugin of [...this.list.plugins].reverse()) await this.#call('DEL', plugin, point, known);
    this.#cache.delete(keyOf(point));
  }

  /** Loses the results of all ADDs, as a runtime does that starts anew with an empty cache. */
  forget(): void {
    this.#cache.clear();
  }

  /**
   * DEL of what the runtime remembers and `valid` does not list; then, from 1.1.0 on, the verb GC for each plugin.
   * Goes on past failures and throws them together.
   */
  async gc(valid: readonly AttachmentName[]): Promise<void> {
    const failures: unknown[] = [];
    const attempt = (action: Promise<unknown>) => action.catch((error: unknown) => failures.push(error));
    const listed = valid.map(keyOf);
    const stale = [...this.#cache].filter(([key]) => !listed.includes(key));
    for (const [, { point }] of stale) await attempt(this.del(point));
    const attachments = valid.map(({ containerId, ifname }) => ({ containerID: containerId, ifname }));
    // libcni also writes the name that the specification once had by mistake.
    const conf = { 'cni.dev/valid-attachments': attachments, 'cni.dev/attachments': attachments };
    for (const plugin of await this.#withoutContainer()) await attempt(this.#call('GC', { ...plugin, ...conf }));
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
  }

  /** STATUS of each plugin, from 1.1.0 on; the first failure. */
  async status(): Promise<void> {
    for (const plugin of await this.#withoutContainer()) await this.#call('STATUS', plugin);
  }

  /** The plugins that know GC and STATUS, in a network that does. */
  async #withoutContainer(): Promise<PluginConf[]> {
    const { cniVersion, plugins } = this.list;
    if (!atLeast(cniVersion, '1.1.0')) return [];
    const known = await Promise.all(plugins.map(({ type }) => versionsOf(type)));
    return plugins.filter((_, i) => known[i]?.includes('1.1.0'));
  }

  /**
   * A plugin older than the network is spoken to in the newest version it knows, where libcni would refuse: not
   * every Debian has reference plugins of 1.1.0, and a result of 1.0.0 is a result of 1.1.0.
   */
  async #call(verb: string, conf: PluginConf, point = noPoint, prevResult?: CniResult): Promise<CniResult> {
    const { name, cniVersion: wanted } = this.list;
    const known = await versionsOf(conf.type);
    const cniVersion = known.includes(wanted) ? wanted : known.at(-1);
    const handed = Object.entries(point.capabilityArgs).filter(([capability]) => conf.capabilities?.[capability]);
    return callPlugin(this.#enter, verb, conf.type, point, {
      ...conf,
      name,
      cniVersion,
      ...(prevResult ? { prevResult: { ...prevResult, cniVersion } } : {}),
      ...(handed.length > 0 ? { runtimeConfig: Object.fromEntries(handed) } : {}),
    });
  }
}
