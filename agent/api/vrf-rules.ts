/** What an API server checks of a VRF. What check-*.ts and address-rules.ts refuse beyond that, the agent says in its status. */
import type { CelRule } from './cel-rule.ts';
import { addressRules } from './vrf-rules-addresses.ts';
import { linkRules } from './vrf-rules-links.ts';

const objectRules: CelRule[] = [
  {
    name: 'name-length',
    at: '',
    rule: 'self.metadata.name.size() <= 15',
    messageExpression:
      "'metadata.name \"' + self.metadata.name + '\" is too long; a VRF is named by at most 15 characters, because its device carries that name'",
    message: 'metadata.name is too long; a VRF is named by at most 15 characters, because its device carries that name',
  },
  {
    name: 'name-syntax',
    at: '',
    rule: "!self.metadata.name.contains('.')",
    messageExpression:
      '\'metadata.name "\' + self.metadata.name + \'" is not a valid VRF name; write 1 to 15 of a-z, 0-9 and "-"\'',
    message: 'metadata.name is not a valid VRF name; write 1 to 15 of a-z, 0-9 and "-"',
  },
  {
    name: 'name-taken',
    at: '',
    rule: "!(self.metadata.name in ['lo', 'eth0', 'all', 'default'])",
    messageExpression:
      "'metadata.name \"' + self.metadata.name + '\" is a name the kernel or every pod uses already; choose another'",
    message: 'metadata.name is a name the kernel or every pod uses already; choose another',
  },
  {
    name: 'uplink-named-like-vrf',
    at: '',
    rule: 'self.spec.uplinks.all(u, u.interface != self.metadata.name)',
    messageExpression:
      "'spec.uplinks: interface \"' + self.metadata.name + '\" is the name of the VRF, which its device carries; rename the VRF'",
    message: 'spec.uplinks: an interface has the name of the VRF, which its device carries; rename the VRF',
  },
];

const specRules: CelRule[] = [
  {
    name: 'table-of-the-kernel',
    at: 'spec.table',
    rule: '!(self in [253, 254, 255])',
    message: 'is a table of the kernel; use any from 1 to 4294967295 but 253, 254 and 255',
  },
  {
    name: 'namespace-name',
    at: 'spec.access.namespaces[]',
    rule: "self.matches('^([*]|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$')",
    message:
      'is not the name of a namespace; write 1 to 63 of a-z, 0-9 and "-", or "*" alone for every namespace and for containers that have none',
  },
  {
    name: 'service-account-name',
    at: 'spec.access.serviceAccounts[]',
    rule: "self.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?/)?[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",
    message: 'is not the name of a ServiceAccount; write NAME or NAMESPACE/NAME',
  },
  {
    name: 'port-missing',
    at: 'spec.expose[]',
    fieldPath: '.port',
    rule: "self.protocol == 'icmp' || has(self.port)",
    messageExpression: "'is missing; protocol ' + self.protocol + ' needs one from 1 to 65535'",
    message: 'is missing; protocols tcp and udp need one from 1 to 65535',
  },
  {
    name: 'port-with-icmp',
    at: 'spec.expose[]',
    rule: "self.protocol != 'icmp' || (!has(self.port) && !has(self.endPort))",
    message: 'port and endPort are refused with protocol icmp; remove them',
  },
  {
    name: 'port-range',
    at: 'spec.expose[]',
    fieldPath: '.endPort',
    rule: '!has(self.port) || !has(self.endPort) || self.endPort >= self.port',
    messageExpression:
      "'%d is less than port %d, so that the range is reversed; write port: %d and endPort: %d'.format([self.endPort, self.port, self.endPort, self.port])",
    message: 'is less than port, so that the range is reversed; exchange the two',
  },
];

/** All rules of the VRF's CRD. */
export const vrfRules: readonly CelRule[] = [...objectRules, ...specRules, ...linkRules, ...addressRules];
