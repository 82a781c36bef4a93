/** Answers of the kernel, damaged: a decoder makes a value of them or throws a RangeError, and reads nothing else. */
import { decodeAddress } from '../../../agent/netlink/codec/address.ts';
import { decodeFdb } from '../../../agent/netlink/codec/fdb.ts';
import { decodeFilter, decodePreference } from '../../../agent/netlink/codec/filter.ts';
import { decodeLink } from '../../../agent/netlink/codec/link-decode.ts';
import { decodeForwarding, decodeIpv6Conf } from '../../../agent/netlink/codec/netconf.ts';
import { decodeClsactDrops } from '../../../agent/netlink/codec/qdisc-drops.ts';
import { decodeRoute } from '../../../agent/netlink/codec/route.ts';
import { decodeFoundRoute } from '../../../agent/netlink/codec/route-lookup.ts';
import { decodeRule } from '../../../agent/netlink/codec/rule.ts';
import { RTM } from '../../../agent/netlink/constants.ts';
import { parseAttributes, parseText, splitMessages } from '../../../agent/netlink/message.ts';
import { mutatedBytes } from '../mutate/bytes.ts';
import { captureDatagrams } from '../netlink-captures.ts';
import { must, type Target } from '../target.ts';

type Decoder = (body: Buffer) => unknown;

const decoders: ReadonlyMap<number, readonly Decoder[]> = new Map<number, readonly Decoder[]>([
  [RTM.NEWLINK, [decodeLink, decodeIpv6Conf]],
  [RTM.NEWADDR, [decodeAddress]],
  [RTM.NEWROUTE, [decodeRoute, decodeFoundRoute]],
  [RTM.NEWRULE, [decodeRule]],
  [RTM.NEWNEIGH, [decodeFdb]],
  [RTM.NEWQDISC, [decodeClsactDrops]],
  [RTM.NEWTFILTER, [decodeFilter, decodePreference]],
  [80, [decodeForwarding]],
]);
const all = [...decoders.values()].flat();

function orRangeError<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function run(datagram: Buffer): void {
  const messages = orRangeError(() => splitMessages(datagram)) ?? [];
  const length = messages.reduce((sum, { body }) => sum + 16 + body.length, 0);
  must(length <= datagram.length, `messages of ${length} bytes in a datagram of ${datagram.length}`);
  for (const { type, body } of messages) {
    for (const decode of decoders.get(type) ?? []) orRangeError(() => decode(body));
  }
  const body = messages[0]?.body ?? datagram;
  // Whatever its type says it is.
  for (const decode of all) orRangeError(() => decode(body));
  const attributes = orRangeError(() => parseAttributes(body));
  for (const type of attributes?.types ?? []) {
    const value = attributes!.get(type)!;
    must(value.length <= body.length, `an attribute of ${value.length} bytes in ${body.length}`);
    parseText(value);
  }
}

export async function open(): Promise<Target<Buffer>> {
  const datagrams = captureDatagrams();
  const types = new Set(datagrams.flatMap((datagram) => splitMessages(datagram).map(({ type }) => type)));
  for (const type of decoders.keys()) must(types.has(type), `this kernel has shown no message of type ${type}`);
  return { input: mutatedBytes(datagrams), run, show: (datagram) => datagram.toString('hex') };
}
