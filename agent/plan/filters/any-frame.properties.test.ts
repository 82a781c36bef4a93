/** What the programs let through, of any frame, judged by reading it anew in other words. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromBytes } from '../../../common/addresses.ts';
import { macBytes } from '../../../common/macs.ts';
import { antiSpoofing } from './anti-spoofing.ts';
import { towardsPod } from './expose.ts';
import { anyFrame } from './frames.arbitrary.testing.ts';
import { passes, type Received } from './interpreter.testing.ts';
import { addresses, pod, podGroup, router, stranger } from './scene.testing.ts';

const frames = fc.array(
  anyFrame({
    macs: [pod.mac, pod.mac, pod.mac, router.mac],
    v4: [pod.v4, pod.v4, pod.v4, router.v4, stranger.v4, '0.0.0.0', '169.254.1.1', '224.0.0.5'],
    v6: [pod.v6, pod.v6, pod.v6, pod.linkLocal, pod.linkLocal, router.v6, '::', 'fe80::1', 'ff02::1', podGroup],
    ports: [179, 179, 5000, 5010, 5011, 22, 53, 40000],
  }),
  { minLength: 100, maxLength: 100 },
);

const at = ({ frame }: Received) => {
  const number = (from: number, size: number) =>
    frame.subarray(from, from + size).reduce((sum, octet) => sum * 256 + octet, 0);
  return {
    byte: (from: number) => number(from, 1),
    half: (from: number) => number(from, 2),
    is: (from: number, text: string) => fromBytes(frame.subarray(from, from + (text.includes(':') ? 16 : 4))) === text,
    isMac: (from: number) => macBytes(pod.mac).every((octet, i) => frame[from + i] === octet),
  };
};

/** Whether the frame, its kind told by its type, is the pod's: source MAC, and the address that its kind of packet names. */
function isFromPod(received: Received): boolean {
  const { byte, half, is, isMac } = at(received);
  const isOwn = (from: number) => addresses.some((own) => own.includes(':') === half(12) > 0x8000 && is(from, own));
  if (received.isTagged || !isMac(6)) return false;
  switch (half(12)) {
    case 0x0806:
      return isMac(22) && (isOwn(28) || (is(28, '0.0.0.0') && isOwn(38)));
    case 0x0800:
      return isOwn(26) && !(byte(23) === 1 && byte(14) === 0x45 && half(20) === 0 && [5, 9].includes(byte(34)));
    case 0x86dd:
      if (byte(20) === 58 && (byte(54) === 133 || byte(54) === 134 || byte(54) === 137)) return false;
      if (byte(20) === 58 && byte(54) === 136 && !isOwn(62)) return false;
      return isOwn(22) || (is(22, '::') && byte(20) === 58 && byte(54) === 135 && isOwn(62));
    default:
      return false;
  }
}

/** Whether the frame is for the pod and one that TCP port 179 and UDP ports 5000 to 5010 let in, or an answer. */
function isForPod(received: Received): boolean {
  const { byte, half, is } = at(received);
  const [isArp, isIpv4, isIpv6] = [0x0806, 0x0800, 0x86dd].map((type) => half(12) === type);
  if (received.isTagged) return false;
  if (isArp) return is(38, pod.v4) || half(28) * 65536 + half(30) === half(38) * 65536 + half(40);
  if (isIpv4 && (!is(30, pod.v4) || (half(20) & 0x3fff) !== 0)) return false;
  if (!isIpv4 && !isIpv6) return false;
  const [protocol, behind] = isIpv4 ? [byte(23), 14 + (byte(14) & 15) * 4] : [byte(20), 54];
  const isUnicast = isIpv4 || is(38, pod.v6) || is(38, pod.linkLocal);
  const isListed = (port: number) => port >= 5000 && port <= 5010;
  if (protocol === 6) return isUnicast && ((byte(behind + 13) & 0x14) !== 0 || half(behind + 2) === 179);
  if (protocol === 17) return isUnicast && (isListed(half(behind)) || isListed(half(behind + 2)));
  if (protocol === 1 && isIpv4) return [0, 3, 11, 12].includes(byte(behind)) && (byte(behind) === 0 || is(54, pod.v4));
  if (protocol !== 58 || !isIpv6) return false;
  if (byte(54) === 135) return byte(21) === 255 && (is(62, pod.v6) || is(62, pod.linkLocal));
  if (byte(54) === 136) return byte(21) === 255 && (isUnicast || is(38, 'ff02::1'));
  return isUnicast && (byte(54) === 129 || (byte(54) <= 4 && (is(70, pod.v6) || is(70, pod.linkLocal))));
}

const expose = [
  { protocol: 'tcp', port: 179 },
  { protocol: 'udp', port: 5000, endPort: 5010 },
] as const;

test.each([
  ['from a pod on a bridge', antiSpoofing({ mac: pod.mac, addresses, gatewayMode: false }), isFromPod],
  ['from a pod at its gateway', antiSpoofing({ mac: pod.mac, addresses, gatewayMode: true }), isFromPod],
  ['towards a pod', towardsPod({ addresses, expose }), isForPod],
])('%s only those frames pass that may', (_, program, may) => {
  let passed = 0;
  fc.assert(
    fc.property(frames, (some) => {
      const through = some.filter((one) => passes(program, one));
      passed += through.length;
      expect(through.filter((one) => !may(one))).toEqual([]);
    }),
  );
  expect(passed).toBeGreaterThan(200);
});
