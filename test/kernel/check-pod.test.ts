/** CHECK names what somebody changed inside the pod. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Combination, describeCombinations } from '../support/combinations.ts';
import { Attached, type Change, named } from '../support/drift.ts';
import { pool, routerOf } from '../support/vrf-scene.ts';

const lastResort = 'metric 4278198272';

/** Changes of what the pod end itself has. */
function ofPodEnd({ mac, alias }: Attached): Change[] {
  const set = (what: string, is: string, was: string): Change => ({
    by: `ip link set net1 ${what} ${is}`,
    undo: `ip link set net1 ${what} '${was}'`,
    says: [`pod end net1 has ${what === 'address' ? 'mac' : what} ${is} instead of ${was}`],
  });
  return [set('mtu', '1400', '1500'), set('address', '02:00:00:00:00:01', mac), set('alias', 'multivrf:mine', alias)];
}

/** Changes below /proc/sys/net, which the agent sees without being inside. */
function ofSysctls(): Change[] {
  const set = (path: string, is: number, was: number, ...says: string[]): Change => ({
    by: `echo ${is} >/proc/sys/net/${path}`,
    undo: `echo ${was} >/proc/sys/net/${path}`,
    says: says.length > 0 ? says : [`sysctl net/${path} = ${was} in the pod is wanted, but it is ${is}`],
  });
  return [
    set('ipv4/conf/net1/arp_ignore', 0, 1, 'pod end net1 has ipv4 arpIgnore 0 instead of 1'),
    set(
      'ipv4/conf/all/forwarding',
      1,
      0,
      'sysctl net/ipv4/ip_forward = 0 in the pod is wanted, but it is 1',
      'pod end net1 has ipv4 forwarding 1 instead of 0',
    ),
    set('ipv6/conf/all/forwarding', 1, 0),
    set('ipv6/conf/net1/accept_ra', 1, 0),
    set('ipv6/conf/net1/ndisc_notify', 0, 1),
  ];
}

/** Objects taken away. */
function ofRouting({ mode, pod: side }: Combination, { table }: Attached): Change[] {
  const v6 = `${pool.pod6}/${mode === 'bridge' && side === 'device' ? 64 : 128}`;
  const via = mode === 'bridge' ? routerOf.bridge.address4 : '169.254.1.1';
  const remove = (object: string, what: string, ...says: string[]): Change => ({
    by: `ip ${object} del ${what}`,
    undo: `ip ${object} add ${what}`,
    says,
  });
  const rule = (pref: number, words: string) => [
    remove('rule', `pref ${pref} ${words}`, `IPv4 rule priority ${pref} ${words} in the pod is missing`),
    remove('-6 rule', `pref ${pref} ${words}`, `IPv6 rule priority ${pref} ${words} in the pod is missing`),
  ];
  return [
    {
      by: `ip address del ${v6} dev net1`,
      undo: `ip address add ${v6} dev net1 nodad noprefixroute`,
      says: [`address ${v6} is missing`],
    },
    remove(
      'route',
      `unreachable default ${lastResort} table ${table}`,
      `route unreachable 0.0.0.0/0 table ${table} ${lastResort} in the pod is missing`,
    ),
    remove(
      '-6 route',
      `unreachable default ${lastResort} table ${table}`,
      `route unreachable ::/0 table ${table} ${lastResort} in the pod is missing`,
    ),
    remove(
      'route',
      `default via ${via} dev net1 onlink table ${table}`,
      `route 0.0.0.0/0 via ${via} dev net1 table ${table} in the pod is missing`,
    ),
    remove(
      '-6 route',
      `default via ${mode === 'bridge' ? routerOf.bridge.address6 : 'fe80::1'} dev net1 onlink table ${table}`,
      `route ::/0 via ${mode === 'bridge' ? routerOf.bridge.address6 : 'fe80::1'} dev net1 table ${table} in the pod is missing`,
    ),
    ...(side === 'device' ? rule(10, 'l3mdev') : rule(14, 'oif net1 unreachable')),
    {
      by: 'ip rule add pref 0 lookup local',
      undo: 'ip rule del pref 0 lookup local',
      says: ['the IPv4 rule for table local in the pod is at priority 0 instead of 20'],
    },
  ];
}

/** What nobody asked for, in the way of the attachment's packets. */
function additions({ table }: Attached): Change[] {
  const add = (object: string, what: string, says: string): Change => ({
    by: `ip ${object} add ${what}`,
    undo: `ip ${object} del ${what}`,
    says: [says],
  });
  const before = 'was not made by multivrf and comes before its rules';
  return [
    add(
      'address',
      '203.0.113.9/32 dev net1',
      'pod end net1 has address 203.0.113.9/32, which multivrf did not give it',
    ),
    add(
      'route',
      `default dev eth0 metric 7 table ${table}`,
      `route 0.0.0.0/0 dev eth0 table ${table} metric 7 in the pod was not made by multivrf`,
    ),
    add(
      '-6 route',
      `8000::/1 dev eth0 table ${table}`,
      `route 8000::/1 dev eth0 table ${table} in the pod was not made by multivrf`,
    ),
    add(
      'rule',
      `pref 5 from ${pool.pod4} lookup main`,
      `IPv4 rule priority 5 from ${pool.pod4}/32 lookup 254 in the pod ${before}`,
    ),
    add('-6 rule', 'pref 5 fwmark 7 lookup main', `IPv6 rule priority 5 lookup 254 in the pod ${before}`),
  ];
}

describeCombinations(
  (combination) => {
    let attached: Attached;
    beforeAll(async () => {
      attached = await Attached.open(combination);
      // A moment after an ADD the agent announces the MAC by setting it, whatever it has become; one that begins anew does not.
      await attached.scene.agent.restart();
    });
    afterAll(() => attached?.close());

    test('an untouched pod passes', async () => {
      expect(await attached.check()).toBeUndefined();
    });

    test.each<[string, () => Change[]]>([
      ['the pod end', () => ofPodEnd(attached)],
      ['sysctls', ofSysctls],
      ['addresses, routes and rules taken away', () => ofRouting(combination, attached)],
      ['addresses, routes and rules of others', () => additions(attached)],
    ])('each change of %s is named, and nothing else', async (_, changes) => {
      await attached.finds(attached.pod.netns, changes());
      expect(named(await attached.check())).toEqual([]);
    });

    describe('what a pod does not recover from is named first', () => {
      const device = combination.pod === 'device';
      test.each([
        ['ip link set net1 down', 'pod end net1 is down'],
        ...(device
          ? [
              ['ip link set net1 nomaster', 'pod end net1 is in no bridge or VRF instead of customer-a'],
              ['ip link del customer-a', 'VRF device customer-a in the pod is missing'],
              [
                'ip link add customer-a type vrf table 77',
                "VRF device customer-a in the pod lacks the mark of multivrf: it was made anew or is another's",
              ],
              [
                "ip link set customer-a alias 'multivrf:customer-a'",
                'VRF device customer-a in the pod is a vrf with table 77 instead of a vrf with table TABLE',
              ],
            ]
          : []),
        [
          'ip link set net1 name lost && ip link add net1 type bridge',
          'interface net1 in the pod is a bridge instead of the pod end',
        ],
        ['ip link del net1', 'pod end net1 is missing'],
        [
          'ip link add net1 type veth peer name net2',
          'interface net1 in the pod is not the other end of host end HOST',
        ],
      ])('%s', async (command, says) => {
        await attached.pod.netns.run('sh', ['-ec', command]);
        expect(named(await attached.check())).toContain(
          says.replace('HOST', attached.hostEnd).replace('TABLE', attached.table),
        );
      });
    });
  },
  // What a pod has inside depends on its side; of mode and backend each is there once.
  ({ mode, backend, pod }) =>
    pod === 'rules' ? mode === 'bridge' && backend === 'namespace' : mode === 'routed' && backend === 'device',
);
