/** All that a network namespace has been told, in a form that two moments can be compared by. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Netns } from './netns.ts';
import type { LinkInfo } from './observe.ts';

/** Counters, timers, handles, and the operational state that follows the flags some time later, differ without anybody's doing. */
const volatile =
  /(users|used|age|refcnt|refCnt|pref_lft|valid_life_time|_timer|bridge_id|root_id|operstate|not_in_hw|handle|bpf_id)/;

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

/** One process for all of them: a test takes many snapshots. */
const script = `
section() { echo "== $*"; }
section addresses; ip -oneline address show
section rules; ip rule
section rules6; ip -6 rule
section routes; ip route show table all; ip -6 route show table all
section fdb; bridge fdb show
for dev in $(ip -oneline link show | sed 's/^[0-9]*: //; s/[@:].*//'); do
  for direction in ingress egress; do
    section "filters $dev $direction"; tc filter show dev "$dev" "$direction" 2>/dev/null
  done
done`;

function normal(line: string): string {
  return line
    .replace(/^\d+: | linkdown/g, '')
    .replace(/bytecode '(.*)'/, (_, program: string) => `program ${digest(program)}`)
    .trimEnd();
}

/** What a bridge learns, and the multicast groups of a device, come and go. */
const isStaticEntry = (line: string) => line.includes('master') && /permanent|static/.test(line);

/** The kernel adds this one with the first VRF device, and leaves it. */
const isOwnRule = (line: string) => line.includes('lookup [l3mdev-table]');

/** Links, addresses, rules in their order, routes of all tables, forwarding entries and filters. */
export async function snapshot(netns: Netns): Promise<Record<string, unknown>> {
  const links = await netns.ip<LinkInfo>('-details', 'link', 'show');
  const sections: Record<string, unknown> = {
    links: links.sort((a, b) => a.ifname.localeCompare(b.ifname)).map(link),
  };
  for (const text of (await netns.run('sh', ['-c', script])).split('== ').slice(1)) {
    const [title = '', ...lines] = text.split('\n').filter((line) => line !== '');
    if (title.startsWith('rules')) sections[title] = lines.filter((line) => !isOwnRule(line));
    else if (title === 'fdb') sections[title] = lines.filter(isStaticEntry).sort();
    else
      sections[title] = lines
        .filter((line) => !made.test(line))
        .map(normal)
        .sort();
  }
  return sections;
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
