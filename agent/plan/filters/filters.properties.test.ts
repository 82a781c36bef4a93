import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromBytes, toBytes } from '../../../common/addresses.ts';
import { macBytes } from '../../../common/macs.ts';
import type { Program } from '../kernel-object.ts';
import { antiSpoofing } from './anti-spoofing.ts';
import { towardsPod } from './expose.ts';
import {
  arp,
  broadcast,
  extension,
  icmp,
  ipv4,
  ipv6,
  macOption,
  neighbour,
  overwritten,
  tcp,
  udp,
} from './frames.testing.ts';
import { passes } from './interpreter.testing.ts';
import { multicastReports } from './multicast-reports.ts';
import { addresses, pod, podGroup, router } from './scene.testing.ts';
import { routedUplinkGuard } from './uplink-guard.ts';

const out = { from: pod.mac, to: router.mac };
const back = { from: router.mac, to: pod.mac };
const bridged = antiSpoofing({ mac: pod.mac, addresses, gatewayMode: false });
const routed = antiSpoofing({ mac: pod.mac, addresses, gatewayMode: true });
const towards = towardsPod({
  addresses,
  expose: [{ protocol: 'tcp', port: 179 }, { protocol: 'udp', port: 53 }, { protocol: 'icmp' }],
});
const uplink = routedUplinkGuard({ pods: ['198.51.100.0/24'], own: addresses });

const fromPod = [
  arp(out, { operation: 2, sender: [pod.mac, pod.v4], target: router.v4 }),
  ipv4(out, { from: pod.v4, to: router.v4, protocol: 6 }, tcp(179, 2)),
  ipv4(out, { from: pod.v4, to: router.v4, protocol: 17, fragmentOffset: 5 }, udp(53)),
  ipv6(out, { from: pod.v6, to: router.v6, nextHeader: 6 }, tcp(179, 2)),
  ipv6(out, { from: pod.v6, to: router.v6, nextHeader: 44 }, extension(17, udp(53))),
  ipv6(out, { from: pod.linkLocal, to: router.linkLocal, nextHeader: 58 }, icmp(128)),
  ipv6(out, { from: pod.linkLocal, to: 'ff02::16', nextHeader: 0 }, extension(58, icmp(143))),
  ipv6(out, { from: pod.v6, to: router.v6, nextHeader: 58 }, neighbour(135, router.v6, macOption(1, pod.mac))),
  ipv6(out, { from: pod.v6, to: router.v6, nextHeader: 58 }, neighbour(136, pod.v6, macOption(2, pod.mac))),
  ipv6(out, { from: '::', to: podGroup, nextHeader: 58 }, neighbour(135, pod.v6)),
];
const beyondGateway = [
  arp({ ...out, to: broadcast }, { operation: 1, sender: [pod.mac, pod.v4], target: '169.254.1.1' }),
  ipv4(out, { from: pod.v4, to: '169.254.1.1', protocol: 1 }, icmp(8)),
  ipv4(out, { from: pod.v4, to: router.v4, protocol: 6 }, tcp(179, 2)),
  ipv6(out, { from: pod.v6, to: router.v6, nextHeader: 6 }, tcp(179, 2)),
  ipv6(out, { from: pod.v6, to: 'fe80::1', nextHeader: 58 }, icmp(128)),
];
const toPod = [
  arp({ ...back, to: broadcast }, { operation: 1, sender: [router.mac, router.v4], target: pod.v4 }),
  ipv4(back, { from: router.v4, to: pod.v4, protocol: 6 }, tcp(179, 2)),
  ipv4(back, { from: router.v4, to: pod.v4, protocol: 17 }, udp(53)),
  ipv4(back, { from: router.v4, to: pod.v4, protocol: 1 }, icmp(8)),
  ipv6(back, { from: router.v6, to: pod.v6, nextHeader: 6 }, tcp(179, 2)),
  ipv6(back, { from: router.v6, to: pod.v6, nextHeader: 58 }, icmp(128)),
  ipv6(back, { from: router.v6, to: podGroup, nextHeader: 58 }, neighbour(135, pod.v6, macOption(1, router.mac))),
  ipv6(back, { from: router.v6, to: 'ff02::1', nextHeader: 58 }, neighbour(136, router.v6)),
];
const toUplink = toPod.filter((frame) => passes(uplink, frame));

const samples: [string, Program, Uint8Array[]][] = [
  ['anti-spoofing on a bridge', bridged, fromPod],
  ['anti-spoofing at the gateway', routed, beyondGateway],
  ['towards the pod', towards, toPod],
  ['the guard of a routed uplink', uplink, toUplink],
];

/** Positions of what names the sender in a frame, each with its length in bytes. */
function senderFields(frame: Uint8Array): [at: number, size: number][] {
  const mac: [number, number] = [6, 6];
  const type = frame[12]! * 256 + frame[13]!;
  if (type === 0x0806) return [mac, [22, 6], [28, 4]];
  return type === 0x0800 ? [mac, [26, 4]] : [mac, [22, 16]];
}

/** Whether a frame that may have been mutated anywhere still names only the pod, read without any program. */
function isHonest(frame: Uint8Array): boolean {
  const isOurs = (at: number, size: number) => addresses.includes(fromBytes(frame.subarray(at, at + size)));
  const isZero = (at: number, size: number) => frame.subarray(at, at + size).every((octet) => octet === 0);
  const isOurMac = (at: number) => macBytes(pod.mac).every((octet, i) => frame[at + i] === octet);
  if (!isOurMac(6)) return false;
  switch (frame[12]! * 256 + frame[13]!) {
    case 0x0806:
      return isOurMac(22) && (isOurs(28, 4) || isZero(28, 4));
    case 0x0800:
      return isOurs(26, 4);
    case 0x86dd:
      return isOurs(22, 16) || (isZero(22, 16) && frame[54] === 135 && isOurs(62, 16));
    default:
      return false;
  }
}

test.each(samples)('%s passes the samples, and none of them cut short', (_, program, frames) => {
  expect(frames.length).toBeGreaterThan(3);
  for (const frame of frames) {
    expect(passes(program, frame)).toBe(true);
    for (let length = 0; length < frame.length; length++) {
      expect(passes(program, frame.subarray(0, length))).toBe(false);
    }
  }
});

test.each(samples.slice(0, 2))('%s passes no frame once its sender is another', (_, program, frames) => {
  fc.assert(
    fc.property(
      fc.constantFrom(...frames.flatMap((frame) => senderFields(frame).map((field) => ({ frame, field })))),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      ({ frame, field: [at, size] }, random) => {
        const forged = overwritten(frame, at, random.subarray(0, size));
        fc.pre(!isHonest(forged));
        expect(passes(program, forged)).toBe(false);
      },
    ),
    { numRuns: 2000 },
  );
});

test.each(samples.slice(0, 2))(
  '%s passes only honest frames, whatever bytes of a sample change',
  (_, program, frames) => {
    const change = fc.tuple(
      fc.nat(),
      fc.constantFrom(0, 1, 6, 0x3a, 0x45, 0x60, 0x80, 0xff),
      fc.nat(255),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.constantFrom(...frames), fc.array(change, { minLength: 1, maxLength: 4 }), (sample, changes) => {
        const frame = changes.reduce(
          (bytes, [at, likely, any, isLikely]) =>
            overwritten(bytes, at % bytes.length, Uint8Array.of(isLikely ? likely : any)),
          sample,
        );
        expect(passes(program, frame) && !isHonest(frame)).toBe(false);
      }),
      { numRuns: 5000 },
    );
  },
);

test('nothing is diverted that the source filter would not let pass', () => {
  const diverted = multicastReports({ mac: pod.mac, addresses });
  const link = { from: pod.mac, to: '33:33:00:00:00:16' };
  const reports = [pod.linkLocal, pod.v6].map((from) =>
    ipv6(link, { from, to: 'ff02::16', nextHeader: 0 }, extension(58, icmp(143))),
  );
  for (const frame of reports) expect(passes(diverted, frame)).toBe(true);
  const change = fc.record({
    at: fc.nat(),
    to: fc.oneof(fc.constantFrom(0, 1, 6, 0x3a, 0x60, 0x8f, 0xff), fc.nat(255)),
  });
  fc.assert(
    fc.property(fc.constantFrom(...reports), fc.array(change, { maxLength: 3 }), (sample, changes) => {
      const frame = changes.reduce(
        (bytes, { at, to }) => overwritten(bytes, at % bytes.length, Uint8Array.of(to)),
        sample,
      );
      expect(passes(diverted, frame) && !passes(bridged, frame)).toBe(false);
    }),
    { numRuns: 5000 },
  );
});

test('towards the pod no frame passes once its destination is another', () => {
  const own = addresses.map(toBytes).map((bytes) => bytes.join());
  fc.assert(
    fc.property(fc.constantFrom(...toPod), fc.nat(3), fc.nat(255), (sample, offset, octet) => {
      const type = sample[12]! * 256 + sample[13]!;
      const [at, size] = type === 0x0806 ? [38, 4] : type === 0x0800 ? [30, 4] : [38, 16];
      const frame = overwritten(sample, at + offset, Uint8Array.of(octet));
      const destination = frame.subarray(at, at + size).join();
      // ARP whose target is its sender is gratuitous.
      fc.pre(![...own, sample.subarray(at, at + size).join(), router.v4.replaceAll('.', ',')].includes(destination));
      expect(passes(towards, frame)).toBe(false);
    }),
  );
});
