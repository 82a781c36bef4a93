/** Rules of uplinks and routes. */
import { type CelRule, isMasked, isUsable, isV6, leadsToUnicast, upToPairs } from './cel-rule.ts';

/** An address of an interface of the node or of a pod, at `at`. */
export const hostAddressRules = (at: string, where: string): CelRule[] => [
  {
    name: `${where}-address`,
    at,
    rule: 'isCIDR(self)',
    message: 'is no address with prefix length; write one such as 192.0.2.2/24 or 2001:db8::2/64',
  },
  {
    name: `${where}-address-unusable`,
    at,
    rule: `!isCIDR(self) || ${isUsable('cidr(self).ip()')}`,
    message: 'is an unspecified, loopback, link-local, multicast or broadcast address; use global or private unicast',
  },
  {
    name: `${where}-address-of-network`,
    at,
    // RFC 3021 and RFC 6164: both addresses of a /31 and a /127 are hosts.
    rule: `!isCIDR(self) || cidr(self).prefixLength() >= (${isV6('self')} ? 127 : 31) || !(${isMasked('self')})`,
    message: 'is the network address, or the subnet-router anycast address with IPv6; write the address of one host',
  },
];

const selectsAll = (uplink: string) => `!has(${uplink}.nodeSelector) || ${uplink}.nodeSelector.size() == 0`;

export const linkRules: CelRule[] = [
  {
    name: 'uplink-interface',
    at: 'spec.uplinks[].interface',
    rule: "self.matches('^[!-$&-.0-9;-~]{1,15}$') && !(self in ['.', '..', 'all', 'default'])",
    message:
      'is not the name of an interface; write 1 to 15 ASCII characters without "/", ":", "%" and white space, and not ".", "..", "all" or "default"',
  },
  ...hostAddressRules('spec.uplinks[].addresses[]', 'uplink'),
  {
    name: 'uplink-address-in-bridge',
    at: 'spec',
    fieldPath: '.uplinks',
    rule: "self.mode != 'bridge' || self.uplinks.all(u, u.addresses.size() == 0)",
    message:
      'addresses are refused in mode bridge, where the node must not answer on the segment; remove them, or use mode routed',
  },
  {
    name: 'uplink-never-used',
    at: 'spec.uplinks',
    rule: `!self.exists(u, ${selectsAll('u')}) || (self.filter(u, ${selectsAll('u')}).size() == 1 && self.map(u, ${selectsAll('u')})[self.size() - 1])`,
    message:
      'an uplink without nodeSelector matches every node, so that those behind it are never used; put it last, and only one',
  },
  {
    name: 'route-target',
    at: 'spec.routes[].to',
    rule: 'isCIDR(self)',
    message: 'is not a prefix; write one such as 0.0.0.0/0, 198.51.100.0/24 or 2001:db8:1::/48',
  },
  {
    name: 'route-target-host-bits',
    at: 'spec.routes[].to',
    rule: `!isCIDR(self) || ${isMasked('self')}`,
    message: 'has host bits set; write the network address, such as 198.51.100.0/24',
  },
  {
    name: 'route-target-unusable',
    at: 'spec.routes[].to',
    rule: `!isCIDR(self) || ${leadsToUnicast('self')}`,
    message: 'lies in an unspecified, loopback, link-local or multicast block; a route leads to unicast prefixes',
  },
  {
    name: 'route-via',
    at: 'spec.routes[].via',
    rule: 'isIP(self)',
    message: 'is not an address; write one such as 192.0.2.254, without prefix length',
  },
  {
    name: 'route-via-unusable',
    at: 'spec.routes[].via',
    rule: `!isIP(self) || ${isUsable('ip(self)', ['fe80::/10'])}`,
    message: 'is an unspecified, loopback, link-local IPv4, multicast or broadcast address; write that of a router',
  },
  {
    name: 'route-via-family',
    at: 'spec.routes[]',
    fieldPath: '.via',
    rule: `!has(self.via) || ${isV6('self.to')} == ${isV6('self.via')}`,
    messageExpression: `'"' + self.via + '" cannot be the next hop to ' + self.to + '; write an address of the same family'`,
    message: 'cannot be the next hop, being of the other family; write an address of the family of `to`',
  },
  {
    name: 'route-without-next-hop',
    at: 'spec',
    fieldPath: '.routes',
    rule: `self.mode != 'bridge' || self.routes.all(r, has(r.via) || self.addresses.pools.exists(p, has(p.gateway) && ${isV6('p.subnet')} == ${isV6('r.to')}))`,
    message: 'a route has no next hop; add `via`, or a `gateway` to a pool of the same family',
  },
  {
    name: 'route-via-off-uplink',
    at: 'spec',
    fieldPath: '.routes',
    rule: upToPairs(
      2048,
      'self.routes',
      'self.uplinks',
      `self.mode != 'routed' || self.routes.all(r, !has(r.via) || !isIP(r.via) || ip(r.via).isLinkLocalUnicast() || self.uplinks.exists(u, u.addresses.exists(a, isCIDR(a) && cidr(a).containsIP(r.via))))`,
    ),
    message: 'a next hop is in no network of spec.uplinks[].addresses; write a router on an uplink',
  },
];
