/** What this kernel answers: whole datagrams of dumps and acknowledgements, made by `ip`, `bridge` and `tc` here and now. */
import { execFileSync } from 'node:child_process';
import { dumpAddresses } from '../../agent/netlink/codec/address.ts';
import * as captured from '../../agent/netlink/codec/captured-links.testing.ts';
import { getFdb } from '../../agent/netlink/codec/fdb.ts';
import { dumpFilters } from '../../agent/netlink/codec/filter.ts';
import { dumpLinks, getLink } from '../../agent/netlink/codec/link.ts';
import { getNetconf } from '../../agent/netlink/codec/netconf.ts';
import { dumpQdiscs } from '../../agent/netlink/codec/qdisc-drops.ts';
import { dumpRoutes } from '../../agent/netlink/codec/route.ts';
import { lookupRoute } from '../../agent/netlink/codec/route-lookup.ts';
import { dumpRules } from '../../agent/netlink/codec/rule.ts';
import { NLM_F, RTM } from '../../agent/netlink/constants.ts';
import { encodeMessage, type Message, splitMessages } from '../../agent/netlink/message.ts';
import { RouteSocket } from '../../agent/netlink/socket.ts';
import { MSG_DONTWAIT, pollReadable, receive, send } from '../../agent/netlink/sys/libc.ts';
import { datagram } from './datagram.ts';

/** Of everything that the decoders know; VLAN and VRF devices, which not every kernel has, come from captures. */
const scene = `
  ip link add br0 type bridge mcast_snooping 0 forward_delay 0
  ip link add h0 type veth peer name p0
  ip link set h0 master br0 alias multivrf up
  ip link set br0 mtu 1400 up
  ip link set p0 up
  ip address add 192.0.2.2/24 dev p0
  ip address add 2001:db8:a::2/64 dev p0 nodad
  ip route add 198.51.100.0/24 via 192.0.2.9 src 192.0.2.2 metric 42 table 1001
  ip route add 203.0.113.0/24 via inet6 fe80::1 dev p0 table 1001
  ip route add 203.0.114.0/24 table 1001 nexthop via 192.0.2.7 nexthop via 192.0.2.8
  ip route add unreachable default metric 4278198272 table 1001
  ip -6 route add 2001:db8:b::/64 via 2001:db8:a::9 table 1001
  ip -6 route add unreachable default metric 4278198272 table 1001
  ip rule add pref 1000 from 192.0.2.2 iif p0 lookup 1001
  ip rule add pref 1001 not fwmark 7 oif p0 unreachable
  ip -6 rule add pref 1000 to 2001:db8:a::/64 lookup 1001
  bridge fdb add 02:00:5e:10:00:01 dev h0 master static sticky
  tc qdisc add dev h0 clsact
  tc filter add dev h0 egress pref 7 bpf da bytecode '4,40 0 0 12,21 0 1 2048,6 0 0 2,6 0 0 0'
`;

/** One request's answer, datagram for datagram. */
function exchange(socket: RouteSocket, message: Message): Buffer[] {
  const into = Buffer.alloc(256 * 1024);
  const datagrams: Buffer[] = [];
  send(socket.fd, encodeMessage(message, 1, NLM_F.REQUEST | NLM_F.ACK));
  while (pollReadable(socket.fd, 20)) {
    const length = receive(socket.fd, into, MSG_DONTWAIT);
    if (length > 0) datagrams.push(Buffer.from(into.subarray(0, length)));
  }
  return datagrams;
}

/** A captured link as the datagram it came in. */
function asDatagram(hex: string): Buffer {
  return datagram(RTM.NEWLINK, 0, 1, Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));
}

/** Real answers as datagrams. Needs a network namespace of its own: it is furnished for that. */
export function captureDatagrams(): Buffer[] {
  execFileSync('sh', ['-ec', scene], { stdio: ['ignore', 'ignore', 'inherit'] });
  const socket = RouteSocket.open();
  try {
    const indexes = socket.dump(dumpLinks(), (body) => body.readInt32LE(4));
    const tables = [254, 255, 1001, 4242];
    const requests = [
      dumpLinks(),
      dumpQdiscs(),
      lookupRoute({ family: 4, to: '192.0.2.2' }),
      getLink({ name: 'h0' }),
      getLink({ name: 'no-such-link' }),
      ...([4, 6] as const).flatMap((family) => [
        dumpRules(family),
        getNetconf(family),
        ...tables.map((table) => dumpRoutes(family, table)),
      ]),
      ...indexes.flatMap((index) => [
        dumpAddresses(index),
        getFdb(index, '02:00:5e:10:00:01'),
        dumpFilters(index, 'ingress'),
        dumpFilters(index, 'egress'),
      ]),
    ];
    const answers = requests.flatMap((request) => exchange(socket, request));
    const links = [captured.bridgePort, captured.bridge, captured.vrf, captured.vlan, captured.loopback];
    return [...answers, ...links.map(asDatagram)].filter((datagram) => splitMessages(datagram).length > 0);
  } finally {
    socket.close();
  }
}
