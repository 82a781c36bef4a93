import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { alias, hostEndName, isOurs, linkLocalOf, readAlias, stickyMac } from './names.ts';

test('the name of a host end fits IFNAMSIZ and depends on container and interface', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (id, dev) => expect(hostEndName(id, dev)).toMatch(/^mv[0-9a-f]{12}$/)),
  );
  const names = [
    hostEndName('c1', 'net1'),
    hostEndName('c1', 'net2'),
    hostEndName('c2', 'net1'),
    hostEndName('c1n', 'et1'),
  ];
  expect(new Set(names).size).toBe(4);
});

test('a MAC is locally administered and unicast', () => {
  fc.assert(
    fc.property(fc.string(), fc.ipV4(), (vrf, address) => {
      const mac = stickyMac(vrf, address);
      expect(mac).toMatch(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/);
      expect(Number.parseInt(mac, 16) & 0x03).toBe(0x02);
    }),
  );
});

test('a MAC never changes between releases, whatever way the address is written', () => {
  expect(stickyMac('customer-a', '192.0.2.2/24')).toBe('6e:aa:21:d5:40:b8');
  expect(stickyMac('customer-a', '192.0.2.2')).toBe('6e:aa:21:d5:40:b8');
  expect(stickyMac('customer-a', '2001:DB8:0::2/64')).toBe(stickyMac('customer-a', '2001:db8::2'));
});

test('the same address in two VRFs has two MACs', () => {
  expect(stickyMac('customer-a', '10.0.0.1/8')).not.toBe(stickyMac('customer-b', '10.0.0.1/8'));
});

test('a link-local address is the EUI-64 of the MAC (example of RFC 2464 section 4)', () => {
  expect(linkLocalOf('34:56:78:9A:BC:DE')).toBe('fe80::3656:78ff:fe9a:bcde');
  expect(() => linkLocalOf('34:56:78:9a:bc')).toThrow('34:56:78:9a:bc: not a MAC');
});

test('an alias names VRF, pod and interface', () => {
  expect(alias({ vrf: 'customer-a' })).toBe('multivrf:customer-a');
  const attachment = { vrf: 'customer-a', namespace: 'bgp', pod: 'speaker-0', containerId: 'c', interface: 'net1' };
  expect(alias(attachment)).toBe('multivrf:customer-a:bgp/speaker-0:net1');
});

test('an alias tells of addresses too, and can be read', () => {
  const parts = { vrf: 'customer-a', namespace: 'bgp', pod: 'speaker-0', interface: 'net1' };
  const addresses = ['192.0.2.2/24', '2001:db8::2/64'];
  expect(alias({ ...parts, addresses })).toBe('multivrf:customer-a:bgp/speaker-0:net1 192.0.2.2/24,2001:db8::2/64');
  expect(readAlias(alias({ ...parts, addresses }))).toEqual({ ...parts, addresses });
  expect(readAlias(alias(parts))).toEqual({ ...parts, addresses: [] });
  expect(readAlias('multivrf:customer-a')).toBeUndefined();
});

test('of a pod with a long name interface and addresses are told all the same', () => {
  const text = alias({
    vrf: 'customer-a',
    namespace: 'bgp',
    pod: 'x'.repeat(253),
    interface: 'net1',
    addresses: ['192.0.2.2/24'],
  });
  expect(readAlias(text)).toMatchObject({ interface: 'net1', addresses: ['192.0.2.2/24'] });
});

test('an alias outside Kubernetes names the container', () => {
  const attachment = { vrf: 'customer-a', namespace: '', pod: '', containerId: '0123456789abcdef', interface: 'net1' };
  expect(alias(attachment)).toBe('multivrf:customer-a:0123456789ab:net1');
});

test('an alias is ours and fits IFALIASZ, however long the names', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(name, name, name, (vrf, namespace, pod) => {
      const text = alias({ vrf, namespace, pod, interface: 'net1' });
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(255);
      expect(isOurs(text)).toBe(true);
    }),
  );
});

test('what lacks the mark is not ours', () => {
  expect(['multivrf', 'multivrf:x'].map(isOurs)).toEqual([true, true]);
  expect([undefined, '', 'multivrfx', 'multivrf x', ' multivrf', 'x:multivrf:'].map(isOurs)).toEqual(
    Array(6).fill(false),
  );
});
