/** Names of VRFs and interfaces. A VRF's name is also that of its device on the node and in the pod. */
import type { Finding } from './finding.ts';

/** IFNAMSIZ is 16 and counts the final NUL. */
const maxInterfaceName = 15;

/** `all` and `default` are directories of net.ipv4.conf, `lo` and `eth0` are in every pod already. */
const takenNames = new Set(['lo', 'eth0', 'all', 'default']);

/** What is wrong with `name` as the name of a VRF, or undefined. */
export function vrfNameFinding(name: string): Finding | undefined {
  const syntax = 'a VRF is named by 1 to 15 of a-z, 0-9 and "-", with "-" neither first nor last';
  if (name === '') return { problem: 'is empty', fix: syntax };
  if (name.length > maxInterfaceName) {
    return { problem: `has ${name.length} characters`, fix: `${syntax}, because its device carries that name` };
  }
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) return { problem: 'is not a valid VRF name', fix: syntax };
  if (takenNames.has(name)) return { problem: 'is a name the kernel or every pod uses already', fix: 'choose another' };
  return undefined;
}

/** What is wrong with `name` as the name of a network interface, or undefined. */
export function interfaceNameFinding(name: string): Finding | undefined {
  const syntax = 'an interface is named by 1 to 15 ASCII characters without "/", ":", "%" and white space';
  if (name === '') return { problem: 'is empty', fix: syntax };
  if (name.length > maxInterfaceName) return { problem: `has ${name.length} characters`, fix: syntax };
  // dev_valid_name() refuses "/", ":" and white space; "%" is a template to dev_alloc_name().
  if (!/^[!-~]+$/.test(name) || /[/:%]/.test(name)) return { problem: 'is not a valid interface name', fix: syntax };
  if (name === '.' || name === '..' || name === 'all' || name === 'default') {
    return { problem: 'is a name the kernel reserves', fix: 'choose another' };
  }
  return undefined;
}
