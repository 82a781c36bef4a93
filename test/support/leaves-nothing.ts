/** What a refused request leaves behind: everything an operator can see of node and pod, before and after. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';

/** A namespace in which commands can be run; their standard output comes back. */
interface Inside {
  run(file: string, args: readonly string[]): Promise<{ stdout: unknown }>;
}

export interface Watched {
  /** By the name they have in a difference. */
  namespaces: Record<string, Inside>;
  /** Their files are compared by name and text; named network namespaces have no text. */
  directories: readonly string[];
}

type Snapshot = Record<string, unknown>;

/** What links and addresses take time for by themselves: duplicate address detection, carrier, the bridges' timers. */
const patience = 5_000;

const views: Record<string, [file: string, ...args: string[]]> = {
  links: ['ip', '-j', '-d', 'link', 'show'],
  addresses: ['ip', '-j', 'address', 'show'],
  'IPv4 rules': ['ip', '-j', '-4', 'rule', 'show'],
  'IPv6 rules': ['ip', '-j', '-6', 'rule', 'show'],
  'IPv4 routes': ['ip', '-j', '-4', 'route', 'show', 'table', 'all'],
  'IPv6 routes': ['ip', '-j', '-6', 'route', 'show', 'table', 'all'],
  'IPv4 settings': ['ip', '-j', '-4', 'netconf', 'show'],
  'IPv6 settings': ['ip', '-j', '-6', 'netconf', 'show'],
  'queueing disciplines': ['tc', '-j', 'qdisc', 'show'],
  'forwarding entries': ['bridge', '-j', 'fdb', 'show'],
};

/**
 * Runs `action`, which is to fail or do nothing, and asserts that links, addresses, rules, routes, filters,
 * forwarding entries and files are afterwards what they were before. Returns what `action` returned.
 */
export async function leavesNothing<T>(watched: Watched, action: () => Promise<T>): Promise<T> {
  const before = await settled(watched);
  const result = await action();
  const deadline = Date.now() + patience;
  let after = await snapshot(watched);
  while (!isDeepStrictEqual(after, before) && Date.now() < deadline) {
    await sleep(100);
    after = await snapshot(watched);
  }
  expect(after).toEqual(before);
  return result;
}

/** The state once it has stopped changing by itself. */
async function settled(watched: Watched): Promise<Snapshot> {
  const deadline = Date.now() + patience;
  for (let last = await snapshot(watched); ; ) {
    await sleep(100);
    const next = await snapshot(watched);
    if (isDeepStrictEqual(next, last) && !JSON.stringify(next).includes('"tentative":')) return next;
    if (Date.now() > deadline) throw new Error('node and pod change by themselves: nothing can be compared');
    last = next;
  }
}

async function snapshot({ namespaces, directories }: Watched): Promise<Snapshot> {
  const parts = await Promise.all(
    Object.entries(namespaces).flatMap(([name, inside]) => [
      ...Object.entries(views).map(async ([what, [file, ...args]]) => [
        `${name}: ${what}`,
        await view(inside, file, args),
      ]),
      filters(inside).then((list) => [`${name}: filters`, list]),
    ]),
  );
  return {
    ...(Object.fromEntries(parts) as Snapshot),
    ...Object.fromEntries(directories.map((path) => [path, files(path)])),
  };
}

async function view(inside: Inside, file: string, args: readonly string[]): Promise<unknown[]> {
  const { stdout } = await inside.run(file, args);
  const list = JSON.parse(String(stdout) || '[]') as Record<string, unknown>[];
  return list.filter((entry) => !isLearned(entry)).map(withoutTimes);
}

/** Forwarding entries that a bridge learned from frames have no state. */
function isLearned({ mac, state }: Record<string, unknown>): boolean {
  return mac !== undefined && state === '';
}

/** Without what changes by itself. */
function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !/(_timer|life_time|^updated|^used)$/.test(key));
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutTimes(inner)]));
}

async function filters(inside: Inside): Promise<unknown[]> {
  const links = (await view(inside, 'ip', ['-j', 'link', 'show'])) as { ifname: string }[];
  const lists = links.flatMap(({ ifname }) =>
    ['ingress', 'egress'].map(async (direction) => ({
      [`${ifname} ${direction}`]: await view(inside, 'tc', ['-j', 'filter', 'show', 'dev', ifname, direction]),
    })),
  );
  return Promise.all(lists);
}

function files(directory: string): Record<string, string | undefined> {
  const found = readdirSync(directory, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    found.map((entry) => [join(entry.parentPath, entry.name), textOf(join(entry.parentPath, entry.name))]).sort(),
  );
}

/** Undefined for what has no text: a directory, a bind-mounted namespace. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
