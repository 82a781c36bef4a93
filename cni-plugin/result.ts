import type { CniInterface, CniIp, CniResult } from '../common/cni.ts';
import type { AddReply } from '../common/protocol.ts';
import { type CniVersion, isAtLeast, isObject } from './config.ts';
import { invalid } from './settings.ts';

/**
 * Adds the attachments to the result of the plugins before us. Their interfaces keep their indexes, ours
 * follow; every field that is not ours stays as it was.
 */
export function mergeResult(cniVersion: CniVersion, prev: CniResult, added: AddReply, netns: string): CniResult {
  const offset = prev.interfaces?.length ?? 0;
  const interfaces = added.interfaces.map((it) => toInterface(cniVersion, it, netns));
  const ips = added.ips.map((it) => toIp(cniVersion, it, offset));
  const merged = {
    ...prev,
    cniVersion,
    interfaces: [...(prev.interfaces ?? []), ...interfaces],
    ips: [...(prev.ips ?? []), ...ips],
  };
  // Without `table` a reader would take them for routes of the pod's main table.
  if (added.routes.length === 0 || !isAtLeast(cniVersion, '1.1.0')) return merged;
  return { ...merged, routes: [...(prev.routes ?? []), ...added.routes] };
}

/** Throws a CniError 7 for a prevResult that nothing can be added to: asked before anything is made. */
export function requireMergeable(prev: CniResult): void {
  for (const key of ['interfaces', 'ips', 'routes'] as const) {
    const list: unknown = prev[key] ?? [];
    if (Array.isArray(list) && list.every(isObject)) continue;
    throw invalid(`prevResult.${key}`, list, 'it must be a list of objects');
  }
}

function toInterface(cniVersion: CniVersion, { name, mac, mtu }: CniInterface, sandbox: string): CniInterface {
  const made: CniInterface = { name, sandbox };
  if (mac !== undefined) made.mac = mac;
  if (mtu !== undefined && isAtLeast(cniVersion, '1.1.0')) made.mtu = mtu;
  return made;
}

function toIp(cniVersion: CniVersion, { address, gateway, interface: index }: CniIp, offset: number): CniIp {
  const made: CniIp = { address };
  if (!isAtLeast(cniVersion, '1.0.0')) made.version = address.includes(':') ? '6' : '4';
  if (gateway !== undefined) made.gateway = gateway;
  if (index !== undefined) made.interface = offset + index;
  return made;
}
