/** Settings below /proc/sys: read there where the agent can enter, else as far as netlink tells them. */
import { getLink } from '../netlink/codec/link.ts';
import { decodeForwarding, decodeIpv6Conf, getNetconf } from '../netlink/codec/netconf.ts';
import type { Message } from '../netlink/message.ts';
import type { PlaceHandle } from './place.ts';

/** The values of those of `paths` that can be seen, by path. */
export function observeSysctls(handle: PlaceHandle, paths: readonly string[]): Map<string, string> {
  const read = (path: string) => (handle.entry === 'never' ? toldSysctl(handle, path) : handle.readSysctl(path));
  return new Map(
    paths.flatMap((path): [string, string][] => {
      const value = read(path);
      return value === undefined ? [] : [[path, value]];
    }),
  );
}

const ofLink = /^net\/ipv6\/conf\/([^/]+)\/(accept_ra|ndisc_notify)$/;

function toldSysctl(handle: PlaceHandle, path: string): string | undefined {
  const ask = <T>(message: Message, decode: (body: Buffer) => T): T | undefined => {
    const [answer] = handle.socket.transact([message]);
    const body = answer!.errno === 0 ? answer!.echo[0]?.body : undefined;
    return body && decode(body);
  };
  if (path === 'net/ipv4/ip_forward') return ask(getNetconf(4), decodeForwarding)?.toString();
  if (path === 'net/ipv6/conf/all/forwarding') return ask(getNetconf(6), decodeForwarding)?.toString();
  const [, name, setting] = ofLink.exec(path) ?? [];
  if (name === undefined) return undefined;
  const conf = ask(getLink({ name }), decodeIpv6Conf);
  return (setting === 'accept_ra' ? conf?.acceptRa : conf?.ndiscNotify)?.toString();
}
