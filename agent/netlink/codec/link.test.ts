import { expect, test } from '@jest/globals';
import { IFLA, IFLA_INFO, RTM } from '../constants.ts';
import { encodeMessage, type Message, parseAttributes } from '../message.ts';
import { bytes, expectSameRequest, headerOf } from './iproute2.testing.ts';
import { createLink, deleteLink, deleteLinkGroup, getLink, moveLink, setLink, setLinkGroup } from './link.ts';

const here = { object: 'link', in: 'node' } as const;
const eth1 = { object: 'link-settings', in: 'node', dev: 'eth1' } as const;
/** Indexes and descriptors of the namespace in which iproute2 was watched. */
const [eth1Index, br0Index, podNamespace] = [3, 4, 4];

/** What iproute2 sends has nothing of our group. */
const ungrouped = (message: Message): Message => ({
  ...message,
  attributes: message.attributes.filter(([type]) => type !== IFLA.GROUP),
});

test.each<[string, Message, string]>([
  [
    'ip link add cust type bridge',
    ungrouped(createLink({ ...here, name: 'cust', kind: 'bridge' }, {})),
    `
      3c000000100005064d05016b0000000000000000000000000000000000000000090003006375737400000000100012000a000100
      6272696467650000
    `,
  ],
  [
    'ip link add cust type vrf table 1001',
    ungrouped(createLink({ ...here, name: 'cust', kind: 'vrf', table: 1001 }, {})),
    `
      44000000100005064d05016b00000000000000000000000000000000000000000900030063757374000000001800120007000100
      767266000c00020008000100e9030000
    `,
  ],
  [
    'ip link add link eth1 name eth1.100 type vlan id 100',
    ungrouped(
      createLink(
        { ...here, name: 'eth1.100', kind: 'vlan', parent: 'eth1', parentIn: 'node', id: 100 },
        { parent: eth1Index },
      ),
    ),
    `
      50000000100005064d05016b000000000000000000000000000000000000000008000500030000000d000300657468312e313030
      000000001800120008000100766c616e0c0002000600010064000000
    `,
  ],
  [
    'ip link add link eth1 name eth1.100 netns … type vlan id 100',
    ungrouped(
      createLink(
        { ...here, in: 'vrf/cust', name: 'eth1.100', kind: 'vlan', parent: 'eth1', parentIn: 'node', id: 100 },
        { parent: eth1Index, netns: podNamespace },
      ),
    ),
    `
      58000000100005064d05016b000000000000000000000000000000000000000008001c000400000008000500030000000d000300
      657468312e313030000000001800120008000100766c616e0c0002000600010064000000
    `,
  ],
  [
    'ip link set eth1 alias multivrf:a',
    setLink(eth1Index, { ...eth1, alias: 'multivrf:a' }),
    `
      30000000100005004d05016b00000000000000000300000000000000000000000e0014006d756c74697672663a610000
    `,
  ],
  [
    'ip link set eth1 group 7',
    setLinkGroup(eth1Index, 7),
    `
      28000000100005004d05016b000000000000000003000000000000000000000008001b0007000000
    `,
  ],
  [
    'ip link set eth1 addrgenmode none',
    setLink(eth1Index, { ...eth1, addrGenMode: 'none' }),
    `
      30000000100005004d05016b000000000000000003000000000000000000000010001a000c000a000500080001000000
    `,
  ],
  [
    'ip link set eth1 up',
    setLink(eth1Index, { ...eth1, up: true }),
    `
      20000000100005004d05016b0000000000000000030000000100000001000000
    `,
  ],
  [
    'ip link set eth1 mtu 1400',
    setLink(eth1Index, { ...eth1, mtu: 1400 }),
    `
      28000000100005004d05016b00000000000000000300000000000000000000000800040078050000
    `,
  ],
  [
    'ip link set eth1 address 02:00:5e:10:00:01',
    setLink(eth1Index, { ...eth1, mac: '02:00:5e:10:00:01' }),
    `
      2c000000100005004e05016b00000000000000000300000000000000000000000a00010002005e1000010000
    `,
  ],
  [
    'ip link set eth1 master br0',
    setLink(eth1Index, { ...eth1, master: 'br0' }, br0Index),
    `
      28000000100005004d05016b000000000000000003000000000000000000000008000a0004000000
    `,
  ],
  [
    'ip link set eth1 nomaster',
    setLink(eth1Index, { ...eth1, master: '' }, 0),
    `
      28000000100005004d05016b000000000000000003000000000000000000000008000a0000000000
    `,
  ],
  [
    'ip link set br0 type bridge forward_delay 0 mcast_snooping 0',
    setLink(br0Index, { ...eth1, dev: 'br0', bridge: { forwardDelay: 0, multicastSnooping: false } }),
    `
      44000000100005004d05016b0000000000000000040000000000000000000000240012000a000100627269646765000014000200
      08000100000000000500170000000000
    `,
  ],
  [
    'ip link set eth1 netns …',
    moveLink(eth1Index, podNamespace),
    `
      28000000100005004d05016b000000000000000003000000000000000000000008001c0004000000
    `,
  ],
  [
    'ip link del group 7',
    deleteLinkGroup(7),
    `
      28000000110005004d05016b000000000000000000000000000000000000000008001b0007000000
    `,
  ],
])('%s', (_, ours, theirs) => expectSameRequest(ours, theirs));

test("a veth's peer is born in its namespace, behind an ifinfomsg of its own", () => {
  const queues: number[] = [IFLA.NUM_TX_QUEUES, IFLA.NUM_RX_QUEUES];
  const peer = { in: 'pod', name: 'net1', mac: '02:00:5e:10:00:01', mtu: 1400 } as const;
  const message = ungrouped(
    createLink({ ...here, name: 'mv0', kind: 'veth', mtu: 1400, peer }, { netns: podNamespace }),
  );
  // ip link add mv0 mtu 1400 type veth peer name net1 address 02:00:5e:10:00:01 mtu 1400 netns …, which leaves the
  // number of queues to the kernel
  const theirs = `
      7c000000100005064d05016b00000000000000000000000000000000000000000800040078050000080003006d7630004c001200
      0800010076657468400002003c000100000000000000000000000000000000000a00010002005e10000100000800040078050000
      08001c0004000000090003006e65743100000000
    `;
  // The same attributes in another order: iproute2 puts the peer's name last.
  const peerOf = (datagram: Buffer) => {
    let body = datagram.subarray(16);
    for (const [offset, type] of [
      [16, 18],
      [0, IFLA_INFO.DATA],
      [0, 1],
    ] as const)
      body = parseAttributes(body, offset).get(type)!;
    const attributes = parseAttributes(body, 16);
    const types = attributes.types.filter((type) => !queues.includes(type));
    const told = types.map((type) => [type, attributes.get(type)!.toString('hex')] as const);
    return { header: body.toString('hex', 0, 16), attributes: Object.fromEntries(told) };
  };
  expect(peerOf(encodeMessage(message, 1, 0))).toEqual(peerOf(bytes(theirs)));
  const plain = message.attributes.filter(([type]) => type !== 18 && !queues.includes(type));
  expectSameRequest({ ...message, attributes: plain }, theirs, [18]);
});

test('a bridge port has its settings in the data of its master (ip link set eth1 type bridge_slave learning off flood off mcast_flood on bcast_flood on)', () => {
  const bridgePort = { learning: false, flood: false, multicastFlood: true, broadcastFlood: true };
  const message = setLink(eth1Index, { ...eth1, bridgePort });
  const theirs = bytes(`
      58000000100005004d05016b000000000000000003000000000000000000000038001200100001006272696467655f736c617665
      240005000500080000000000050009000000000005001b000100000005001e0001000000
    `);
  // iproute2 also says the kind `bridge_slave`, which no kernel looks at.
  const slaveData = (datagram: Buffer) =>
    parseAttributes(parseAttributes(datagram.subarray(16), 16).get(18)!).get(IFLA_INFO.SLAVE_DATA);
  expect(slaveData(encodeMessage(message, 1, 0))).toEqual(slaveData(theirs));
});

test('what lies below net.ipv4.conf is set by index, only what is given', () => {
  const message = setLink(eth1Index, { ...eth1, ipv4: { forwarding: 1, arpIgnore: 1 } });
  expect(encodeMessage(message, 0, 0)).toEqual(
    bytes(
      [
        '3c000000 1000 0000 00000000 00000000', // length, RTM_NEWLINK
        '00000000 03000000 00000000 00000000', // ifinfomsg: index 3
        '1c00 1a80', // IFLA_AF_SPEC, nested
        '1800 0280', // AF_INET
        '1400 0180', // IFLA_INET_CONF
        '0800 0100 01000000', // forwarding
        '0800 1300 01000000', // arp_ignore
      ].join(' '),
    ),
  );
});

test('a link that moves goes down, and may come up where it arrives', () => {
  expect(headerOf(moveLink(eth1Index, podNamespace, true))).toEqual(bytes('00000000 03000000 01000000 01000000'));
});

test('an empty alias takes the alias away', () => {
  expect(setLink(eth1Index, { ...eth1, alias: '' }).attributes).toEqual([[20, Buffer.alloc(0)]]);
});

test('settings that are absent are not sent', () => {
  const message = setLink(eth1Index, eth1);
  expect(message.attributes).toEqual([]);
  expect(headerOf(message).readUInt32LE(12)).toBe(0);
});

test('a link is asked for, and deleted, by index', () => {
  expect(headerOf(deleteLink(7)).readInt32LE(4)).toBe(7);
  const withoutStatistics = [29, 8];
  expect(getLink({ index: 7 })).toMatchObject({ type: RTM.GETLINK, attributes: [withoutStatistics] });
  expect(getLink({ name: 'eth1' }).attributes).toEqual([[3, 'eth1'], withoutStatistics]);
});
