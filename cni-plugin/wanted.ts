/** What a configuration without a chain asks for, in the words of the annotation. */
import type { NetConf } from '../common/cni.ts';
import type { Environment } from './environment.ts';
import { invalid } from './settings.ts';

/** One element of the annotation's JSON list. */
export interface Wanted {
  vrf: string;
  interface: string;
  /** With prefix length; absent when an IPAM plugin or the agent is to choose. */
  addresses?: string[];
  mac?: string;
  routes?: { to: string; via?: string }[];
}

/**
 * Reads VRF, addresses and MAC from where runtimes put them (CONVENTIONS.md of CNI), the first of these places like the
 * reference plugins. Throws a CniError 7 for
 * values of the wrong type; what they say is judged by the agent.
 */
export function readWanted(config: NetConf, { ifname, args }: Environment): Wanted {
  const { vrf, runtimeConfig } = config;
  if (typeof vrf !== 'string' || vrf === '') throw invalid('vrf', vrf, 'it must be the name of a VRF');
  const cni = config.args?.cni;
  const addresses =
    texts('runtimeConfig.ips', runtimeConfig?.ips) ??
    texts('args.cni.ips', cni?.ips) ??
    texts('CNI_ARGS IP', argument(args, 'IP')?.split(','));
  const mac =
    text('runtimeConfig.mac', runtimeConfig?.mac) ??
    text('args.cni.mac', cni?.mac) ??
    text('CNI_ARGS MAC', argument(args, 'MAC'));
  return { vrf, interface: ifname, ...(addresses && { addresses }), ...(mac && { mac }) };
}

/** A value of CNI_ARGS: `K=V;K=V`. */
function argument(args: string, key: string): string | undefined {
  const pair = args.split(';').find((one) => one.startsWith(`${key}=`));
  return pair?.slice(key.length + 1) || undefined;
}

function texts(key: string, value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.length ? value : undefined;
  throw invalid(key, value, 'it must be a list of addresses with prefix lengths, such as ["192.0.2.2/24"]');
}

function text(key: string, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw invalid(key, value, 'it must be a MAC address such as "02:00:00:00:00:01"');
}
