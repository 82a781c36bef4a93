import { describe, expect, test } from '@jest/globals';
import { CniCode, CniError } from '../../common/errors.ts';
import { parseAttach } from './annotation.ts';

const refusal = (value: string): CniError => {
  try {
    parseAttach(value);
  } catch (error) {
    if (error instanceof CniError) return error;
    throw error;
  }
  throw new Error(`${value} was accepted`);
};

describe('the three forms', () => {
  test('a name', () => {
    expect(parseAttach('customer-a')).toEqual([{ vrf: 'customer-a' }]);
  });

  test('names with addresses, two of them for dual stack', () => {
    expect(parseAttach(' customer-a=192.0.2.2/24+2001:DB8::2/64 , customer-b')).toEqual([
      { vrf: 'customer-a', addresses: ['192.0.2.2/24', '2001:db8::2/64'] },
      { vrf: 'customer-b' },
    ]);
  });

  test('a JSON list', () => {
    const attachment = {
      vrf: 'customer-a',
      interface: 'net1',
      addresses: ['192.0.2.2/24'],
      mac: '02:00:00:00:00:0A',
      routes: [
        { to: '198.51.100.0/24', via: '192.0.2.254' },
        { to: '2001:db8:1::/48', via: 'fe80::1' },
        { to: '0.0.0.0/0' },
      ],
    };
    expect(parseAttach(JSON.stringify([attachment]))).toEqual([{ ...attachment, mac: '02:00:00:00:00:0a' }]);
  });
});

test('a refusal names annotation, element and value, and says what would be right', () => {
  expect(refusal('customer-a,customer-b=192.0.2.2').toBody()).toEqual({
    code: CniCode.invalidConfig,
    msg: 'annotation multivrf.dev/attach: element 2: address "192.0.2.2" has no prefix length',
    details: 'add that of the segment, for example 192.0.2.2/24',
  });
});

test('17 attachments are refused, 16 accepted', () => {
  const names = Array.from({ length: 17 }, (_, i) => `v${i}`);
  expect(parseAttach(names.slice(1).join())).toHaveLength(16);
  expect(refusal(names.join()).message).toContain('asks for 17 attachments');
});

test('9 addresses are refused, 8 accepted', () => {
  const addresses = Array.from({ length: 9 }, (_, i) => `192.0.2.${i + 1}/24`);
  expect(parseAttach(`a=${addresses.slice(1).join('+')}`)[0]?.addresses).toHaveLength(8);
  expect(refusal(`a=${addresses.join('+')}`).message).toContain('element 1 lists 9 addresses');
});

test('65 routes are refused', () => {
  const routes = Array.from({ length: 65 }, (_, i) => ({ to: `10.0.${i}.0/24` }));
  expect(refusal(JSON.stringify([{ vrf: 'a', routes }])).message).toContain('lists 65 routes');
});

test.each([
  ['', 'is empty'],
  [' ', 'is empty'],
  [',', 'element 1 of "," is empty'],
  ['a,,b', 'element 2 of "a,,b" is empty'],
  ['a,', 'element 2 of "a," is empty'],
  ['=192.0.2.2/24', 'element 1: VRF "" is empty'],
  ['Customer', 'element 1: VRF "Customer" is not a valid VRF name'],
  ['a-name-of-sixteen', 'has 17 characters'],
  ['a b', 'VRF "a b" is not a valid VRF name'],
  ['lo', 'VRF "lo" is a name the kernel or every pod uses already'],
  ['a=', 'element 1: address "" is not an address'],
  ['a=192.0.2.2/24+', 'address "" is not an address'],
  ['a=192.0.2.256/24', 'address "192.0.2.256/24" is not an address'],
  ['a=192.0.2.02/24', 'address "192.0.2.02/24" is not an address'],
  ['a=192.0.2.2/33', 'address "192.0.2.2/33" is not an address'],
  ['a=2001:db8::2', 'address "2001:db8::2" has no prefix length'],
  ['a=192.0.2.0/24', 'address "192.0.2.0/24" is the network address'],
  ['a=192.0.2.255/24', 'is the broadcast address'],
  ['a=2001:db8::/64', 'is the subnet-router anycast address'],
  ['a=127.0.0.1/8', '(loopback)'],
  ['a=ff02::1/64', '(multicast)'],
  ['a=192.0.2.2/24=x', 'address "192.0.2.2/24=x" is not an address'],
  ['a=192.0.2.2/24+192.0.2.2/25', 'address "192.0.2.2/25" is listed twice'],
  ['a=2001:db8::2/64+2001:DB8:0::2/64', 'address "2001:DB8:0::2/64" is listed twice'],
  ['a,b,a', 'element 3: VRF "a" is that of element 1 too'],
])('the short form %j is refused: %s', (value, says) => {
  expect(refusal(value).message).toContain(says);
  expect(refusal(value).details).toBeTruthy();
});

test.each([
  ['{"vrf":"a"}', 'is a JSON object'],
  ['[{"vrf":"a"}', 'is not JSON'],
  ['[]', 'is an empty list'],
  ['["a"]', 'element 1 "a" is not an object'],
  ['[null]', 'element 1 null is not an object'],
  ['[[]]', 'element 1 [] is not an object'],
  ['[{}]', 'element 1 {} has no key "vrf"'],
  ['[{"vrf":1}]', 'element 1: VRF 1 is not a string'],
  ['[{"vrf":"a"},{"vrf":"b","ip":"x"}]', 'element 2 has the unknown key "ip"'],
  ['[{"vrf":"a","__proto__":{}}]', 'has the unknown key "__proto__"'],
  ['[{"vrf":"a","vrf":"b"}]', 'key "vrf" stands twice in one object'],
  ['[{"\\u0076rf":"a"}]', 'has a backslash'],
  ['[{"vrf":"a","interface":1}]', 'element 1: interface 1 is not a string'],
  ['[{"vrf":"a","interface":""}]', 'interface "" is empty'],
  ['[{"vrf":"a","interface":"sixteen-letters-"}]', 'interface "sixteen-letters-" has 16 characters'],
  ['[{"vrf":"a","interface":"a/b"}]', 'interface "a/b" is not a valid interface name'],
  ['[{"vrf":"a","interface":"a b"}]', 'interface "a b" is not a valid interface name'],
  ['[{"vrf":"a","interface":"a:b"}]', 'interface "a:b" is not a valid interface name'],
  ['[{"vrf":"a","interface":"net%d"}]', 'interface "net%d" is not a valid interface name'],
  ['[{"vrf":"a","interface":"é"}]', 'interface "é" is not a valid interface name'],
  ['[{"vrf":"a","interface":"."}]', 'interface "." is a name the kernel reserves'],
  ['[{"vrf":"a","interface":".."}]', 'interface ".." is a name the kernel reserves'],
  ['[{"vrf":"a","interface":"net1"},{"vrf":"b","interface":"net1"}]', 'element 2: interface "net1" is the name of'],
  [
    '[{"vrf":"a","interface":"b"},{"vrf":"b"}]',
    'element 1: interface "b" is the name of the VRF or interface of element 2',
  ],
  ['[{"vrf":"a"},{"vrf":"a"}]', 'element 2: VRF "a" is that of element 1 too'],
  ['[{"vrf":"a","addresses":"192.0.2.2/24"}]', 'element 1: addresses "192.0.2.2/24" is not a list with entries'],
  ['[{"vrf":"a","addresses":[]}]', 'addresses [] is not a list with entries'],
  ['[{"vrf":"a","addresses":[1]}]', 'element 1: address 1 is not a string'],
  ['[{"vrf":"a","mac":"02:00:00:00:00"}]', 'element 1: mac "02:00:00:00:00" is not a MAC address'],
  ['[{"vrf":"a","mac":"03:00:00:00:00:01"}]', 'is a multicast MAC address'],
  ['[{"vrf":"a","mac":"ff:ff:ff:ff:ff:ff"}]', 'is a multicast MAC address'],
  ['[{"vrf":"a","mac":"00:00:00:00:00:00"}]', 'is the MAC address of nobody'],
  ['[{"vrf":"a","routes":[{"via":"192.0.2.1"}]}]', 'element 1: route {"via":"192.0.2.1"} has no key "to"'],
  ['[{"vrf":"a","routes":[{"to":"192.0.2.1/24"}]}]', 'route to "192.0.2.1/24" has host bits set'],
  ['[{"vrf":"a","routes":[{"to":"::/0","via":"192.0.2.1"}]}]', 'route via "192.0.2.1" is of the wrong family'],
  ['[{"vrf":"a","routes":[{"to":"::/0","via":"gw"}]}]', 'route via "gw" is not an address'],
  ['[{"vrf":"a","routes":[{"to":"::/0","dev":"x"}]}]', 'route has the unknown key "dev"'],
  ['[{"vrf":"a","routes":[{"to":"::/0"},{"to":"::/0"}]}]', 'route to "::/0" is listed twice'],
])('the JSON form %s is refused: %s', (value, says) => {
  expect(refusal(value).message).toContain(says);
  expect(refusal(value).details).toBeTruthy();
});

test('a long value is cut in the message', () => {
  expect(refusal('x'.repeat(10_000)).message.length).toBeLessThan(200);
});

test.each(['[{"vrf":"a"\u0000}]', '[{"vrf":"a\u009b31m"}]', 'a\u202e', '[{"vrf":"a"} \u001b[31m'])(
  'control characters of %j come out escaped',
  (value) => {
    expect(refusal(value).message).not.toMatch(/[^ -~…]/);
  },
);

test('"accept" is bound or any', () => {
  expect(parseAttach('[{"vrf":"customer-a","accept":"any"}]')).toEqual([{ vrf: 'customer-a', accept: 'any' }]);
  expect(() => parseAttach('[{"vrf":"customer-a","accept":"all"}]')).toThrow(
    'element 1: accept "all" is neither "bound" nor "any"',
  );
});
