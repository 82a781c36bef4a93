/** What the kernel at hand can do, found by trying in a network namespace that ends with the attempt. */
import { spawnSync } from 'node:child_process';

const tried = new Map<string, boolean>();

function works(script: string): boolean {
  const known = tried.get(script);
  if (known !== undefined) return known;
  const { status } = spawnSync('unshare', ['--net', 'sh', '-c', script], { stdio: 'ignore' });
  tried.set(script, status === 0);
  return status === 0;
}

/** Whether it has VRF devices (CONFIG_NET_VRF). */
export function hasVrfDevices(): boolean {
  return works('ip link add probe type vrf table 1001');
}

/** Whether it has VLAN devices (CONFIG_VLAN_8021Q). */
export function hasVlans(): boolean {
  return works('ip link add probe0 type veth peer name probe1 && ip link add link probe0 name probe2 type vlan id 1');
}
