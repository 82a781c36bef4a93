/** What of a node anybody could find changed: links, addresses, routes, rules, filters, and the agent's files. */
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestAgent } from '../../test/support/agent.ts';
import type { Netns } from '../../test/support/netns.ts';

const views: readonly (readonly string[])[] = [
  ['link', 'show'],
  ['address', 'show', 'scope', 'global'],
  ['-4', 'rule', 'show'],
  ['-6', 'rule', 'show'],
  ['-4', 'route', 'show', 'table', 'all'],
  ['-6', 'route', 'show', 'table', 'all'],
];

interface LinkInfo {
  ifname: string;
  master?: string;
  ifalias?: string;
  linkinfo?: { info_kind?: string };
  addr_info?: { local: string }[];
}

/** One line a fact. */
export async function facts(node: Netns, agent: TestAgent): Promise<string[]> {
  const lists = await Promise.all(
    views.map(async (view) => (await node.ip(...view)).map((entry) => describe(view, entry))),
  );
  const qdiscs: unknown[] = JSON.parse((await node.run('tc', ['-j', 'qdisc', 'show'])) || '[]');
  const files = [agent.stateDirectory, agent.netnsDirectory].flatMap((path) =>
    readdirSync(path, { recursive: true, withFileTypes: true }).filter((file) => !file.isDirectory()),
  );
  return [
    ...lists.flat().filter((fact) => !isKernelsOwn(fact)),
    ...qdiscs.map((one) => `qdisc ${JSON.stringify(one)}`),
    ...files.map(({ name }) => `file ${name}`),
  ];
}

/**
 * The kernel adds it with the first VRF device of a network namespace and never again: whoever removed it would
 * break VRF devices for everybody on the node.
 */
function isKernelsOwn(fact: string): boolean {
  return fact.includes(' rule ') && fact.includes('"priority":1000,') && fact.includes('"l3mdev"');
}

function describe(view: readonly string[], entry: unknown): string {
  const what = view.filter((word) => word !== 'show').join(' ');
  if (what !== 'link' && !what.startsWith('address')) return `${what} ${JSON.stringify(entry)}`;
  // Indexes, counters and states change by themselves.
  const { ifname, master = '', ifalias = '', linkinfo, addr_info = [] } = entry as LinkInfo;
  return [what, ifname, linkinfo?.info_kind ?? '', master, ifalias, ...addr_info.map(({ local }) => local)].join(' ');
}

/** Milliseconds until what the agent removes after it has answered must be gone. */
const patience = 5_000;

/** Facts there are now and were not before, and the other way round. */
export async function leftovers(before: readonly string[], read: () => Promise<string[]>): Promise<string[]> {
  const end = Date.now() + patience;
  for (;;) {
    const left = differences(before, await read());
    if (left.length === 0 || Date.now() > end) return left;
    await sleep(100);
  }
}

function differences(before: readonly string[], after: readonly string[]): string[] {
  const added = after.filter((fact) => !before.includes(fact)).map((fact) => `there is now: ${fact}`);
  const lost = before.filter((fact) => !after.includes(fact)).map((fact) => `there was: ${fact}`);
  return [...added, ...lost];
}
