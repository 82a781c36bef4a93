/** All that a network namespace has been told, in a form that two moments can be compared by. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Netns } from './netns.ts';
import type { LinkInfo } from './observe.ts';

/** Counters, timers and handles differ without anybody's doing. */
const volatile =
  /(users|used|age|refcnt|refCnt|pref_lft|valid_life_time|_timer|bridge_id|root_id|not_in_hw|handle|bpf_id)/;

function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !volatile.test(key))
      .map(([key, inner]) => [key, stable(inner)]),
  );
}

function link({
  ifname,
  flags,
  mtu,
  address,
  master,
  ifalias,
  linkinfo,
  ...rest
}: LinkInfo & { inet6_addr_gen_mode?: string }) {
  const { info_kind, info_data, info_slave_data } = (linkinfo ?? {}) as Record<string, unknown>;
  const up = flags.includes('UP');
  // A bridge without ports has a random address, one with ports that of a port.
  const mac = info_kind === 'bridge' ? undefined : address;
  return stable({
    ifname,
    up,
    mtu,
    mac,
    master,
    ifalias,
    addrgen: rest.inet6_addr_gen_mode,
    info_kind,
    info_slave_data,
    table: (info_data as { table?: number })?.table,
  });
}

/** What the kernel adds by itself, sooner or later: multicast routes and link-local addresses, of which only fe80::1 is ours. */
const made = /^multicast |fe80::(?!1\b)/;

/** Instead of hundreds of instructions, which nobody compares by eye. */
function digest(program: string): string {
  return createHash('sha256').update(program).digest('hex').slice(0, 8);
}

async function lines(netns: Netns, file: string, args: string[]): Promise<string[]> {
  const { stdout } = await netns.tryRun(file, args);
  return stdout
    .split('\n')
    .map((line) =>
      line
        .replace(/^\d+: | linkdown/g, '')
        .trimEnd()
        .replace(/bytecode '(.*)'/, (_, program: string) => `program ${digest(program)}`),
    )
    .filter((line) => line !== '' && !made.test(line))
    .sort();
}

/** Links, addresses, rules, routes of all tables, forwarding entries and filters. */
export async function snapshot(netns: Netns): Promise<Record<string, unknown>> {
  const links = (await netns.ip<LinkInfo>('-details', 'link', 'show')).sort((a, b) => a.ifname.localeCompare(b.ifname));
  const filters = links.flatMap(({ ifname }) =>
    ['ingress', 'egress'].map(async (direction) => [
      `${ifname} ${direction}`,
      await lines(netns, 'tc', ['filter', 'show', 'dev', ifname, direction]),
    ]),
  );
  const fdb = await lines(netns, 'bridge', ['fdb', 'show']);
  return {
    links: links.map(link),
    addresses: await lines(netns, 'ip', ['-oneline', 'address', 'show']),
    // In the kernel's order: that of equal priority counts.
    rules: [await netns.run('ip', ['rule']), await netns.run('ip', ['-6', 'rule'])],
    routes: [
      await lines(netns, 'ip', ['route', 'show', 'table', 'all']),
      await lines(netns, 'ip', ['-6', 'route', 'show', 'table', 'all']),
    ],
    // What a bridge learns, and the multicast groups of a device, come and go.
    fdb: fdb.filter((line) => line.includes('master') && /permanent|static/.test(line)),
    filters: Object.fromEntries(await Promise.all(filters)),
  };
}

/** Reads until it is as `expected`, for as long as the kernel may take to clear up behind a network namespace. */
export async function eventually<T>(read: () => Promise<T>, expected: unknown): Promise<T> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const is = await read();
    if (isDeepStrictEqual(is, expected)) return is;
    await new Promise((wake) => setTimeout(wake, 200));
  }
  return read();
}
