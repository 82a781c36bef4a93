import { type CniInterface, type CniIp, type CniResult, supportedVersions } from '../common/cni.ts';
import type { AddReply } from '../common/protocol.ts';
import type { CniVersion } from './config.ts';

/**
 * Adds the attachments to the result of the plugins before us. Their interfaces keep their indexes, ours
 * follow; every field that is not ours stays as it was.
 */
export function mergeResult(cniVersion: CniVersion, prev: CniResult, added: AddReply, netns: string): CniResult {
  const offset = prev.interfaces?.length ?? 0;
  const interfaces = added.interfaces.map((it) => toInterface(cniVersion, it, netns));
  const ips = added.ips.map((it) => toIp(cniVersion, it, offset));
  return {
    ...prev,
    cniVersion,
    interfaces: [...(prev.interfaces ?? []), ...interfaces],
    ips: [...(prev.ips ?? []), ...ips],
  };
}

function toInterface(cniVersion: CniVersion, { name, mac, mtu }: CniInterface, sandbox: string): CniInterface {
  return {
    name,
    ...(mac === undefined ? {} : { mac }),
    ...(mtu !== undefined && isAtLeast(cniVersion, '1.1.0') ? { mtu } : {}),
    sandbox,
  };
}

function toIp(cniVersion: CniVersion, { address, gateway, interface: index }: CniIp, offset: number): CniIp {
  return {
    ...(isAtLeast(cniVersion, '1.0.0') ? {} : { version: address.includes(':') ? '6' : '4' }),
    address,
    ...(gateway === undefined ? {} : { gateway }),
    ...(index === undefined ? {} : { interface: offset + index }),
  };
}

function isAtLeast(version: CniVersion, least: CniVersion): boolean {
  return supportedVersions.indexOf(version) >= supportedVersions.indexOf(least);
}
