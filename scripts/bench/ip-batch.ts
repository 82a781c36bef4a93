/** The same attachment by iproute2, as a script would make it: its commands are told by iproute2 of a pod that the agent has attached. */
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { inNamespace } from '../../agent/apply/inside.ts';
import { Prepared } from './spawn.ts';
import type { Pod, World } from './world.ts';

function tell(netns: string, command: string): string[] {
  const { stdout } = execaSync('nsenter', [`--net=${netns}`, ...command.split(' ')]);
  return stdout.split('\n').filter((line) => line.trim() !== '');
}

/** `10:	from all iif net1 lookup 1002 proto 109` as what adds it. The kernel's own of a new namespace stand already. */
function ruleCommands(netns: string, family: '-4' | '-6'): string[] {
  const rules = tell(netns, `ip ${family} rule show`).flatMap((line) => {
    const [, priority, selectors] = /^(\d+):\s+(.*)$/.exec(line)!;
    if (Number(priority) >= 32_766) return [];
    return [`rule add pref ${priority} ${selectors!.replace(' [detached]', '').replace('proto', 'protocol')}`];
  });
  return [...rules, 'rule del pref 0'];
}

/** Of every table but those that the kernel fills by itself. */
function routeCommands(netns: string, family: '-4' | '-6'): string[] {
  const tables = tell(netns, `ip ${family} rule show`).flatMap((line) => /lookup (\d+)/.exec(line)?.[1] ?? []);
  return [...new Set(tables)].flatMap((table) =>
    tell(netns, `ip ${family} route show table ${table}`).flatMap((line) => {
      const route = line.replace(/dev lo | error \S+| linkdown/g, ' ').trim();
      return line.includes('proto kernel') ? [] : [`route add ${route} table ${table}`];
    }),
  );
}

function addressCommands(netns: string, family: '-4' | '-6', device: string): string[] {
  return tell(netns, `ip -o ${family} address show dev ${device}`).map((line) => {
    const [, address] = /inet6? (\S+)/.exec(line)!;
    return `address add ${address} dev ${device} noprefixroute${family === '-6' ? ' nodad' : ''}`;
  });
}

function filterCommands(netns: string, device: string): string[] {
  const filters = (['ingress', 'egress'] as const).flatMap((direction) => {
    const told = tell(netns, `tc filter show dev ${device} ${direction}`).join('\n');
    return [...told.matchAll(/pref (\d+) bpf chain \d+ handle \S+ (.*)bytecode '([^']+)'/g)].map(
      ([, preference, flags, program]) =>
        `filter add dev ${device} ${direction} pref ${preference} protocol all bpf ${flags!.includes('direct-action') ? 'da ' : ''}bytecode "${program}"`,
    );
  });
  return [`qdisc add dev ${device} clsact`, ...filters];
}

interface Batch {
  /** `ip`, `tc` or `bridge`. */
  program: string;
  inPod: boolean;
  family?: '-4' | '-6';
  commands: readonly string[];
}

export class IpBatch {
  readonly #world: World;
  readonly #vrf: string;
  readonly #batches: readonly Batch[];

  /** `vrf` is a bridge in a namespace of its own. Attaches a pod, asks what has come of it, and takes it back. */
  constructor(world: World, vrf: string) {
    this.#world = world;
    this.#vrf = `/run/netns/${vrf}`;
    const pod = world.pod();
    world.attach(pod, vrf);
    const link = this.#hostEnds()[0]!;
    const [, mac] = /link\/ether (\S+)/.exec(tell(pod.netns, 'ip -o link show dev net1')[0]!)!;
    const sides = (place: string, device: string) => [
      `link set ${device} alias "multivrf:${vrf}:bgp/${place}" addrgenmode none`,
      `link set ${device} up`,
    ];
    const peer = `peer name net1 address ${mac} mtu 1500 numtxqueues 1 numrxqueues 1 netns NETNS`;
    this.#batches = [
      {
        program: 'ip',
        inPod: false,
        commands: [
          `link add ${link} mtu 1500 numtxqueues 1 numrxqueues 1 master ${vrf} type veth ${peer}`,
          `link set ${link} type bridge_slave learning off flood off`,
          ...sides('host', link),
        ],
      },
      { program: 'tc', inPod: false, commands: filterCommands(this.#vrf, link) },
      { program: 'bridge', inPod: false, commands: [`fdb add ${mac} dev ${link} master static sticky`] },
      ...(['-4', '-6'] as const).map((family, i) => ({
        program: 'ip',
        inPod: true,
        family,
        commands: [
          ...(i === 0 ? sides('pod', 'net1') : []),
          ...addressCommands(pod.netns, family, 'net1'),
          ...ruleCommands(pod.netns, family),
          ...routeCommands(pod.netns, family),
        ],
      })),
    ];
    world.detach([pod]);
    world.removePod(pod);
  }

  #hostEnds(): string[] {
    return tell(this.#vrf, 'ip -o link show').flatMap((line) => /^\d+: (mv[0-9a-f]+)@/.exec(line)?.[1] ?? []);
  }

  get commands(): number {
    return this.#batches.reduce((sum, { commands }) => sum + commands.length, 0);
  }

  /** Attaches a pod. Returns the milliseconds that the programs ran, one after the other, without what a shell does in between. */
  add(pod: Pod): number {
    const directory = join(this.#world.directory, 'batches');
    mkdirSync(directory, { recursive: true });
    const places = { pod: openSync(pod.netns, 'r'), vrf: openSync(this.#vrf, 'r') };
    const prepared = this.#batches.map(({ program, inPod, family, commands }, i) => {
      const file = join(directory, `${pod.containerId}-${i}`);
      writeFileSync(file, commands.map((line) => `${line.replace('NETNS', pod.netns)}\n`).join(''));
      const run = new Prepared({
        file: `/usr/sbin/${program}`,
        arguments: [...(family ? [family] : []), '-batch', file],
        env: {},
        stdin: '/dev/null',
        stdout: `${file}.out`,
      });
      // Started there, they need not find their way: -netns mounts /sys anew.
      return () => inNamespace(inPod ? places.pod : places.vrf, () => run.time());
    });
    const took = prepared.reduce((sum, time) => sum + time(), 0);
    for (const place of Object.values(places)) closeSync(place);
    return took;
  }

  /** Takes back what {@link add} has made: the pod's namespace takes the rest along. */
  remove(): void {
    for (const name of this.#hostEnds()) execaSync('nsenter', [`--net=${this.#vrf}`, 'ip', 'link', 'delete', name]);
  }
}
