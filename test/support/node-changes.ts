/** Changes made by hand on the node's side of an attachment, and what CHECK says of each. */
import type { Combination } from './combinations.ts';
import type { Attached, Change } from './drift.ts';
import { pool, uplinkOf } from './vrf-scene.ts';

/** A change that the agent takes back when it starts. */
export type Damage = Omit<Change, 'undo'>;

const pass = "bpf da bytecode '1,6 0 0 0'";
const lastResort = 'metric 4278198272';

/** Names as CHECK says them. */
export class Words {
  readonly where: string;
  readonly host: string;
  readonly own: string;
  readonly uplink: string;
  readonly table: number;
  readonly attached: Attached;

  constructor({ mode, backend }: Combination, attached: Attached, table: number) {
    const device = backend === 'device';
    this.where = device ? 'on the node' : 'in namespace customer-a';
    this.host = `host end ${attached.hostEnd} ${this.where}`;
    this.own = `${mode === 'bridge' ? 'bridge' : 'VRF device'} customer-a ${this.where}`;
    this.uplink = `uplink eth1 ${this.where}`;
    this.table = table;
    this.attached = attached;
  }
}

/** Filters taken away or altered. */
export function filters({ host, uplink, attached: { hostEnd } }: Words): Damage[] {
  return [
    {
      by: `tc filter del dev ${hostEnd} egress pref 49001`,
      says: [`the egress filter of ${host} is not the one that multivrf made`],
    },
    {
      by: `tc filter replace dev ${hostEnd} ingress protocol all pref 49001 handle 0x1 ${pass}`,
      says: [`the ingress filter of ${host} is not the one that multivrf made`],
    },
    { by: 'tc filter del dev eth1 ingress', says: [`the ingress filter of ${uplink} is missing`] },
  ];
}

/** Of a bridge and its port. */
export function segment(words: Words): Damage[] {
  const {
    host,
    own,
    attached: { hostEnd, mac },
  } = words;
  return [
    {
      by: `bridge link set dev ${hostEnd} learning on flood on`,
      says: [
        `${host} has bridgePort learning true instead of false`,
        `${host} has bridgePort flood true instead of false`,
      ],
    },
    forwardingEntry(words, `del ${mac} dev ${hostEnd} master`),
    {
      by: 'ip link set customer-a type bridge mcast_snooping 1',
      says: [`${own} has bridge multicastSnooping true instead of false`],
    },
    { by: 'tc filter del dev customer-a egress', says: [`the egress filter of ${own} is missing`] },
  ];
}

function forwardingEntry({ where, attached: { hostEnd, mac } }: Words, change: string): Damage {
  return { by: `bridge fdb ${change}`, says: [`forwarding entry ${mac} on port ${hostEnd} ${where} is missing`] };
}

/** An entry that leads to another port. */
export function elsewhere(words: Words): Damage {
  return forwardingEntry(words, `replace ${words.attached.mac} dev eth1 master static sticky`);
}

/** An entry that a frame could move to another port. */
export function loose(words: Words): Damage {
  const { hostEnd, mac } = words.attached;
  return forwardingEntry(words, `replace ${mac} dev ${hostEnd} master static`);
}

/** Of what a routed VRF has. */
export function routing(
  { backend }: Combination,
  { host, uplink, where, table, attached: { hostEnd } }: Words,
): Damage[] {
  const rule = (pref: string, says: string) => ({ by: pref, says: [says] });
  const named4 = `IPv4 rule priority 0 iif customer-a unreachable ${where}`;
  const named6 = `IPv6 rule priority 0 iif customer-a unreachable ${where}`;
  return [
    { by: `echo 0 >/proc/sys/net/ipv4/conf/${hostEnd}/rp_filter`, says: [`${host} has ipv4 rpFilter 0 instead of 2`] },
    {
      // With its last IPv4 address a device loses its routes.
      by: `ip address del 169.254.1.1/32 dev ${hostEnd}`,
      says: [
        `address 169.254.1.1/32 of ${host} is missing`,
        `route ${pool.pod4}/32 dev ${hostEnd} table ${table} ${where} is missing`,
      ],
    },
    {
      by: `ip -6 route del ${pool.pod6} dev ${hostEnd} table ${table}`,
      says: [`route ${pool.pod6}/128 dev ${hostEnd} table ${table} ${where} is missing`],
    },
    {
      by: `ip -6 route del unreachable default ${lastResort} table ${table}`,
      says: [`route unreachable ::/0 table ${table} ${lastResort} ${where} is missing`],
    },
    {
      by: `ip address del ${uplinkOf.address6}/64 dev eth1`,
      says: [`address ${uplinkOf.address6}/64 of ${uplink} is missing`],
    },
    ...(backend === 'device'
      ? [
          rule('ip rule del pref 0 iif customer-a unreachable', `${named4} is missing`),
          {
            by: `ip -6 rule del pref 0 iif customer-a lookup ${table}; ip -6 rule add pref 0 iif customer-a lookup ${table}`,
            says: [
              `${named6} stands in front of a rule for the same packets that it must follow`,
              `the IPv6 rule for table local ${where} stands in front of rules that it must follow`,
            ],
          },
        ]
      : [
          {
            by: 'echo 0 >/proc/sys/net/ipv6/conf/all/forwarding',
            says: [`sysctl net/ipv6/conf/all/forwarding = 1 ${where} is wanted, but it is 0`],
          },
        ]),
  ];
}

/** What a link loses with its bridge. */
export function enslavement({ host, uplink, own, where, attached: { hostEnd, mac } }: Words): Damage[] {
  const port = [
    'learning none instead of false',
    'flood none instead of false',
    'multicastFlood none instead of true',
    'broadcastFlood none instead of true',
  ];
  return [
    {
      by: `ip link set ${hostEnd} nomaster`,
      says: [
        `${host} is in no bridge or VRF instead of customer-a`,
        ...port.map((words) => `${host} has bridgePort ${words}`),
        `forwarding entry ${mac} on port ${hostEnd} ${where} is missing`,
      ],
    },
    { by: 'ip link set eth1 nomaster', says: [`${uplink} is in no bridge or VRF instead of customer-a`] },
    { by: 'ip link set customer-a down', says: [`${own} is down`] },
  ];
}

/** What nobody asked for. */
export function additions({ mode, backend }: Combination, words: Words): Change[] {
  const { host, own, uplink, where, table, attached } = words;
  const { hostEnd } = attached;
  const add = (object: string, what: string, ...says: string[]): Change => ({
    by: `${object} add ${what}`,
    undo: `${object} del ${what}`,
    says,
  });
  const filter = (dev: string, direction: string, at: string, link: string): Change => ({
    by: `tc filter add dev ${dev} ${direction} protocol all ${at} ${pass}`,
    undo: `tc filter del dev ${dev} ${direction} protocol all ${at} bpf`,
    says: [`the ${direction} filter bpf at preference ${at.split(' ')[1]} of ${link} is asked before multivrf's`],
  });
  const address = (dev: string, value: string, link: string) =>
    add('ip address', `${value} dev ${dev}`, `${link} has address ${value}, which multivrf did not give it`);
  return [
    filter(hostEnd, 'ingress', 'pref 10 handle 0x1', host),
    filter(hostEnd, 'egress', 'pref 49000 handle 0x2', host),
    filter('eth1', 'ingress', 'pref 49001 handle 0x9', uplink),
    address(hostEnd, '203.0.113.7/32', host),
    address('eth1', '203.0.113.8/32', uplink),
    ...(mode === 'bridge'
      ? [address('customer-a', '203.0.113.9/32', own)]
      : [
          add(
            'ip route',
            `203.0.113.0/24 dev eth1 table ${table}`,
            `route 203.0.113.0/24 dev eth1 table ${table} ${where} was not made by multivrf`,
          ),
          add(
            'ip route',
            `${pool.pod4} dev eth1 metric 3 proto bird table ${table}`,
            `route ${pool.pod4}/32 dev eth1 table ${table} metric 3 ${where} was not made by multivrf`,
          ),
          // What a routing daemon learns from the customer is the operator's business.
          add('ip route', `203.0.113.128/25 dev eth1 proto bird table ${table}`),
          ...(backend === 'namespace'
            ? [
                add(
                  'ip rule',
                  'pref 100 lookup 7',
                  `IPv4 rule priority 100 lookup 7 ${where} was not made by multivrf and comes before its rules`,
                ),
              ]
            : []),
        ]),
  ];
}
