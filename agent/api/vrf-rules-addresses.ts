/** Rules of pools and reservations. */
import { type CelRule, isMasked, isUsableSubnet, isV6, upToPairs } from './cel-rule.ts';
import { hostAddressRules } from './vrf-rules-links.ts';

const pool = 'spec.addresses.pools[]';

const first = "self.range.substring(0, self.range.indexOf('-')).trim()";
const last = "self.range.substring(self.range.indexOf('-') + 1).trim()";
const isRange = `self.range.contains('-') && isIP(${first}) && isIP(${last}) && ${isV6(first)} == ${isV6(last)}`;

const inside = (what: string) =>
  `'"' + self.${what} + "\\" lies outside the pool's subnet " + self.subnet + '; choose addresses inside it'`;

export const addressRules: CelRule[] = [
  {
    name: 'pool-subnet',
    at: `${pool}.subnet`,
    rule: 'isCIDR(self)',
    message: 'is not a prefix; write one such as 192.0.2.0/24 or 2001:db8::/64',
  },
  {
    name: 'pool-subnet-host-bits',
    at: `${pool}.subnet`,
    rule: `!isCIDR(self) || ${isMasked('self')}`,
    message: 'has host bits set; write the network address, such as 192.0.2.0/24',
  },
  {
    name: 'pool-subnet-unusable',
    at: `${pool}.subnet`,
    rule: `!isCIDR(self) || ${isUsableSubnet('self')}`,
    message:
      'lies in or overlaps an unspecified, loopback, link-local, multicast or broadcast block; use global or private unicast addresses',
  },
  {
    name: 'pool-range',
    at: pool,
    fieldPath: '.range',
    rule: `!has(self.range) || (${isRange})`,
    messageExpression: `'"' + self.range + '" is not a range; write first-last, such as 192.0.2.10-192.0.2.99'`,
    message: 'is not a range; write first-last, such as 192.0.2.10-192.0.2.99',
  },
  {
    name: 'pool-range-outside',
    at: pool,
    fieldPath: '.range',
    rule: `!has(self.range) || !isCIDR(self.subnet) || !(${isRange}) || (cidr(self.subnet).containsIP(${first}) && cidr(self.subnet).containsIP(${last}))`,
    messageExpression: inside('range'),
    message: "lies outside the pool's subnet; choose addresses inside it",
  },
  {
    name: 'pool-exclude-outside',
    at: pool,
    fieldPath: '.exclude',
    rule: '!has(self.exclude) || !isCIDR(self.subnet) || self.exclude.all(e, isIP(e) ? cidr(self.subnet).containsIP(e) : isCIDR(e) ? cidr(self.subnet).containsCIDR(e) : true)',
    message: "an exclusion lies outside the pool's subnet; choose addresses inside it",
  },
  {
    name: 'pool-exclude',
    at: `${pool}.exclude[]`,
    rule: `isIP(self) || (isCIDR(self) && ${isMasked('self')}) || self.matches('^[0-9a-fA-F.:]+ *- *[0-9a-fA-F.:]+$')`,
    message:
      'is neither an address nor a range nor a prefix without host bits; write 192.0.2.7, 192.0.2.20-192.0.2.29 or 192.0.2.64/28',
  },
  {
    name: 'pool-gateway',
    at: `${pool}.gateway`,
    rule: 'isIP(self)',
    message: 'is not an address; write one of the subnet, such as 192.0.2.254, without prefix length',
  },
  {
    name: 'pool-gateway-outside',
    at: pool,
    fieldPath: '.gateway',
    rule: '!has(self.gateway) || !isCIDR(self.subnet) || !isIP(self.gateway) || cidr(self.subnet).containsIP(self.gateway)',
    messageExpression: inside('gateway'),
    message: "lies outside the pool's subnet; choose addresses inside it",
  },
  {
    name: 'pool-gateway-is-network',
    at: pool,
    fieldPath: '.gateway',
    rule: `!has(self.gateway) || !isCIDR(self.subnet) || !isIP(self.gateway) || ${isV6('self.gateway')} || cidr(self.subnet).prefixLength() >= 31 || !(cidr(self.subnet).masked().ip() == ip(self.gateway))`,
    messageExpression: `'"' + self.gateway + '" is the network address of ' + self.subnet + "; write the router's own address"`,
    message: "is the network address of the subnet; write the router's own address",
  },
  {
    name: 'pools-overlap',
    at: 'spec.addresses.pools',
    rule: 'self.all(p, has(p.range) || !isCIDR(p.subnet) || self.filter(q, !has(q.range) && isCIDR(q.subnet) && cidr(p.subnet).containsCIDR(q.subnet)).size() == 1)',
    message: 'two subnets overlap; give each pool addresses of its own',
  },
  ...hostAddressRules('spec.addresses.reservations[].addresses[]', 'reservation'),
  {
    name: 'reservation-family-twice',
    at: 'spec.addresses.reservations[].addresses',
    rule: "self.filter(a, a.contains(':')).size() <= 1 && self.filter(a, !a.contains(':')).size() <= 1",
    message: 'holds two addresses of one family; reserve one of each family',
  },
  {
    name: 'reservation-of-gateway',
    at: 'spec.addresses',
    fieldPath: '.reservations',
    rule: upToPairs(
      4096,
      'self.reservations',
      'self.pools',
      'self.reservations.all(r, r.addresses.all(a, !isCIDR(a) || self.pools.all(p, !has(p.gateway) || !isIP(p.gateway) || !(cidr(a).ip() == ip(p.gateway)))))',
    ),
    message: 'an address is taken by the gateway of a pool; choose another',
  },
  {
    name: 'reservation-namespace',
    at: 'spec.addresses.reservations[].namespace',
    rule: "self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
    message: 'is not the name of a namespace; write 1 to 63 of a-z, 0-9 and "-"',
  },
  {
    name: 'reservation-pod',
    at: 'spec.addresses.reservations[].pod',
    rule: "self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')",
    message: 'is not the name of a pod; write the name of one pod',
  },
];
