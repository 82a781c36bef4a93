/** What a refused request leaves behind: everything an operator can see of node and pod, before and after. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import type { Netns } from './netns.ts';

/** What is compared. */
export interface Watched {
  namespaces: readonly Netns[];
  /** Their files are compared by name and text; named network namespaces have no text. */
  directories: readonly string[];
}

type Snapshot = Record<string, unknown>;

/** What links take by themselves: carrier, duplicate address detection. */
const patience = 5_000;

const views = [
  'links',
  'addresses',
  'IPv4 rules',
  'IPv4 routes',
  'IPv4 settings',
  'IPv6 rules',
  'IPv6 routes',
  'IPv6 settings',
  'forwarding entries',
  'queueing disciplines',
];

/** Prints one line of JSON for each of {@link views}, then the filters. In one shell: processes are dear in the test kernel. */
const look = `
  printf 'link show\\naddress show\\n' | ip -j -d -batch -
  for family in 4 6; do printf 'rule show\\nroute show table all\\nnetconf show\\n' | ip -j -$family -batch -; done
  bridge -j fdb show
  tc -j qdisc show
  for dev in $(tc qdisc show | sed -n 's/^qdisc \\(clsact\\|ingress\\) .* dev \\([^ ]*\\).*/\\2/p' | sort -u); do
    for direction in ingress egress; do echo "$dev $direction"; tc filter show dev "$dev" "$direction"; done
  done
`;

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
    await sleep(50);
    const next = await snapshot(watched);
    if (isDeepStrictEqual(next, last) && !JSON.stringify(next).includes('"tentative":')) return next;
    if (Date.now() > deadline) expect(next).toEqual(last);
    last = next;
  }
}

async function snapshot({ namespaces, directories }: Watched): Promise<Snapshot> {
  const kernels = await Promise.all(namespaces.map(async (netns) => [netns.name, await kernelState(netns)]));
  return { ...Object.fromEntries(kernels), ...Object.fromEntries(directories.map((path) => [path, files(path)])) };
}

async function kernelState(netns: Netns): Promise<Snapshot> {
  const lines = (await netns.run('sh', ['-ec', look])).split('\n');
  const state = views.map((what, i) => [what, entries(lines[i] ?? '')]);
  return { ...Object.fromEntries(state), filters: lines.slice(views.length) };
}

/** In an order of their own, without what nobody did. */
function entries(json: string): unknown[] {
  const list = JSON.parse(json) as Record<string, unknown>[];
  const done = list.filter((entry) => !isLearned(entry) && !isOfKernel(entry)).map(lasting);
  return done.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** A forwarding entry that a bridge learned from frames has no state. */
function isLearned({ mac, state }: Record<string, unknown>): boolean {
  return mac !== undefined && state === '';
}

/** The rule that the kernel adds with a namespace's first VRF device and never again: whoever deletes it breaks later ones. */
function isOfKernel({ priority, src, l3mdev }: Record<string, unknown>): boolean {
  return priority === 1000 && src === 'all' && l3mdev === null;
}

/**
 * Without timers and counters; without indexes: an interface that comes back from another namespace may get a new one;
 * without operstate, which the kernel works out some time after the flags, which stay.
 */
function lasting(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lasting);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key]) => !/^ifindex$|^operstate$|^fdb_n_learned$|(_timer|life_time)$/.test(key),
  );
  return Object.fromEntries(kept.map(([key, inner]) => [key, lasting(inner)]));
}

function files(directory: string): Record<string, string | undefined> {
  const found = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = found.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(paths.map((path) => [path, textOf(path)]));
}

/** Undefined for what has no text: a directory, a mounted namespace. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
