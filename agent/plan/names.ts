/** Names and addresses that follow from what is attached, so that every restart and every node finds the same. */
import { hash } from 'node:crypto';
import { canonical, formatBytes } from '../../common/addresses.ts';
import { lately } from '../../common/lately.ts';
import { macBytes, macText } from '../../common/macs.ts';

/** What everything of ours carries in its alias, alone or as the beginning. */
export const mark = 'multivrf';

/** IFALIASZ (linux/if.h) is 256 with the closing NUL. */
const maxAliasBytes = 255;

/** What an alias tells the operator who reads `ip link`. */
export interface AliasParts {
  vrf: string;
  namespace?: string;
  pod?: string;
  /** Stands in for the pod outside Kubernetes; its first 12 characters are shown. */
  containerId?: string;
  /** The interface inside the pod. */
  interface?: string;
  /** With prefix length. */
  addresses?: readonly string[];
}

/** Name of the node's end of an attachment's veth: `mv` and 12 hex digits, 14 of the 15 characters of IFNAMSIZ. */
export function hostEndName(containerId: string, interfaceName: string): string {
  return `mv${sha256(containerId, interfaceName).slice(0, 12)}`;
}

/**
 * The MAC of an attachment, derived from VRF and first address (a prefix length is ignored), so that a
 * neighbour's ARP entry stays right when the pod moves. Locally administered, unicast (IEEE 802: bit 1 of the
 * first octet set, bit 0 clear). Throws a RangeError if `address` is none.
 */
export function stickyMac(vrf: string, address: string): string {
  const slash = address.indexOf('/');
  const digest = Buffer.from(sha256(vrf, canonical(slash < 0 ? address : address.slice(0, slash))), 'hex');
  digest[0] = (digest[0]! & 0xfc) | 0x02;
  const bytes = digest.subarray(0, 6);
  const mac = macText(bytes);
  macBytes.remember(mac, bytes);
  return mac;
}

/** The link-local address the kernel makes of a MAC (EUI-64, RFC 4291 appendix A). Throws a RangeError naming a malformed MAC. */
export const linkLocalOf = lately((mac) => {
  const octets = macBytes(mac);
  const address = new Uint8Array(16);
  address.set([0xfe, 0x80]);
  address.set(octets.subarray(0, 3), 8);
  address.set([0xff, 0xfe], 11);
  address.set(octets.subarray(3), 13);
  address[8]! ^= 0x02;
  return formatBytes(address);
});

/**
 * The alias of everything we create: `multivrf:customer-a` for what serves a whole VRF,
 * `multivrf:customer-a:bgp/speaker-0:net1 192.0.2.2/24,2001:db8::2/64` for an attachment. At most 255 bytes: of names
 * too long for that the end is left out.
 */
export function alias(parts: AliasParts): string {
  const pod = parts.pod ? `${parts.namespace ?? ''}/${parts.pod}` : parts.containerId?.slice(0, 12);
  const names = [mark, parts.vrf, pod].filter((part) => part).join(':');
  const addresses = parts.addresses?.length ? ` ${parts.addresses.join(',')}` : '';
  const end = `${parts.interface ? `:${parts.interface}` : ''}${addresses}`;
  return cut(`${cut(names, Math.max(maxAliasBytes - Buffer.byteLength(end), mark.length))}${end}`, maxAliasBytes);
}

/** The beginning of a text, in whole characters, that fits into so many bytes of UTF-8. */
function cut(text: string, length: number): string {
  if (Buffer.byteLength(text) <= length) return text;
  const bytes = new Uint8Array(length);
  const { written } = new TextEncoder().encodeInto(text, bytes);
  return new TextDecoder().decode(bytes.subarray(0, written));
}

/** What the alias of an attachment tells; undefined when it is not one, or was cut. */
export function readAlias(text: string): Required<Omit<AliasParts, 'containerId'>> | undefined {
  const [, vrf, namespace = '', pod = '', device, addresses] =
    /^multivrf:([^:]+):(?:([^:/]*)\/)?([^: ]+):([^: ]+)(?: (\S+))?$/.exec(text) ?? [];
  if (vrf === undefined || device === undefined) return undefined;
  return { vrf, namespace, pod, interface: device, addresses: addresses?.split(',') ?? [] };
}

/** Whether an alias carries our mark. What does not is nobody's to change or delete but its maker's. */
export function isOurs(alias: string | undefined): boolean {
  return alias === mark || alias?.startsWith(`${mark}:`) === true;
}

/** In hexadecimal. */
function sha256(...parts: string[]): string {
  return hash('sha256', parts.join('\0'));
}

/** The device that carries a VRF's uplink: the interface itself, or the VLAN device made on it. */
export function uplinkDevice(parent: string, vlan?: number): string {
  if (vlan === undefined) return parent;
  const usual = `${parent}.${vlan}`;
  return usual.length <= maxInterfaceName ? usual : `mvl${sha256(usual).slice(0, 12)}`;
}

/** IFNAMSIZ without its NUL (linux/if.h). */
const maxInterfaceName = 15;
