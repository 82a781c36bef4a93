import { describe, expect, test } from '@jest/globals';
import { antiSpoofing } from './anti-spoofing.ts';
import { extension, icmp, ipv6, tagged } from './frames.testing.ts';
import { passes } from './interpreter.testing.ts';
import { multicastReports } from './multicast-reports.ts';
import { addresses, pod, router, stranger } from './scene.testing.ts';

const program = multicastReports({ mac: pod.mac, addresses });
const matches = (frame: Uint8Array) => passes(program, frame);

const routers = '33:33:00:00:00:16';
const [icmpv6, hopByHop] = [58, 0];
/** In a hop-by-hop header of 8 bytes, as for the router alert. */
const report = (type = 143, { from, to, source }: Partial<Record<'from' | 'to' | 'source', string>> = {}) =>
  ipv6(
    { from: from ?? pod.mac, to: to ?? routers },
    { from: source ?? pod.v6, to: 'ff02::16', nextHeader: hopByHop },
    extension(icmpv6, icmp(type)),
  );

test('an MLDv2 report of the pod is matched', () => expect(matches(report())).toBe(true));

describe('not matched, so that the anti-spoofing filter decides, is', () => {
  test.each([
    ['another MAC', report(143, { from: stranger.mac })],
    ['another address', report(143, { source: stranger.v6 })],
    ['the unspecified address', report(143, { source: '::' })],
  ])('a report from %s', (_, frame) => expect(matches(frame)).toBe(false));

  test('a report to a router alone', () => expect(matches(report(143, { to: router.mac }))).toBe(false));

  test('a report in a tagged frame', () => {
    expect(matches(tagged(report()))).toBe(false);
    expect(passes(program, { frame: report(), isTagged: true })).toBe(false);
  });

  test.each([130, 131, 132, 135, 134])('ICMPv6 type %i', (type) => expect(matches(report(type))).toBe(false));

  test('what has no hop-by-hop header, whatever stands there', () => {
    const link = { from: pod.mac, to: routers };
    const frame = ipv6(link, { from: pod.v6, to: 'ff02::16', nextHeader: icmpv6 }, icmp(143));
    expect(matches(frame)).toBe(false);
  });

  test('a frame that is cut short', () => {
    for (let length = 14; length < report().length; length++) expect(matches(report().subarray(0, length))).toBe(false);
  });
});

test('what is matched would pass the anti-spoofing filter', () => {
  const source = antiSpoofing({ mac: pod.mac, addresses, gatewayMode: false });
  expect(passes(source, report())).toBe(true);
});

test('of a pod without IPv6 nothing is matched', () => {
  expect(passes(multicastReports({ mac: pod.mac, addresses: ['192.0.2.2'] }), report())).toBe(false);
});
