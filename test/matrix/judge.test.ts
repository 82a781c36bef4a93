/** The matrix's own judgement: what it calls wrong, and when packets and evidence disagree. */
import { describe, expect, test } from '@jest/globals';
import { type Cell, judge, nameOf, type Wrong } from './cells/cell.ts';
import { errorKinds, icmpError } from './errors.ts';
import { compare, type Evidence, judgements, untold } from './evidence.ts';
import { echo, numbered, tagged, tcp } from './frames.ts';
import { igmp, macOf, withoutPorts } from './groups.ts';
import { inFrame } from './sightings.ts';
import type { Sighting } from './witness.ts';
import type { Port } from './world.ts';
import { worldLiteral } from './worlds.testing.ts';

const port: Port = { netns: 'router-a', dev: 'eth0', mac: '02:00:00:00:00:01' };
const ends = {
  sourceMac: port.mac,
  destinationMac: '02:00:00:00:00:02',
  source: '192.0.2.1',
  destination: '10.0.0.5',
};
const denied: Cell = {
  source: 'router-a',
  target: 'node eth0',
  family: 4,
  packet: 'echo',
  shot: { by: 'frame', port, frame: (token) => echo(ends, token) },
  at: [],
  why: 'test',
};
const heard = (part: Sighting['part'], netns: string, where: string): Sighting => ({
  key: '20001',
  part,
  from: '10.0.0.5',
  netns,
  place: `${netns} ${where}`,
});

describe('a cell', () => {
  test('that is denied is wrong as soon as its probe or any answer is heard, and right in silence', () => {
    expect(judge(denied, [])).toBeUndefined();
    expect(judge(denied, [heard('probe', 'node', 'stack')])?.heard).toEqual(['probe from 10.0.0.5 at node stack']);
    expect(judge(denied, [heard('answer', 'router-a', 'eth0')])).toBeDefined();
    expect(judge(denied, [heard('error', 'router-a', 'eth0')])).toBeDefined();
  });

  test('that is allowed is wrong without its answer, and when it is heard elsewhere too', () => {
    const allowed: Cell = { ...denied, allowed: 'answer', at: ['node stack', 'router-a'] };
    const right = [heard('probe', 'node', 'stack'), heard('answer', 'router-a', 'eth0')];
    expect(judge(allowed, right)).toBeUndefined();
    expect(judge(allowed, right.slice(0, 1))).toBeDefined();
    expect(judge(allowed, [...right, heard('probe', 'speaker-b', 'net1')])).toBeDefined();
  });

  test('in which an error must come is wrong without one, and when it names the sender by an address outside the VRF', () => {
    const refused: Cell = { ...denied, allowed: 'error', at: ['router-a'] };
    const error = heard('error', 'router-a', 'eth0');
    expect(judge(refused, [])).toBeDefined();
    expect(judge(refused, [error])?.heard).toEqual(['error from 10.0.0.5 at router-a eth0']);
    expect(judge(refused, [{ ...error, from: '198.51.100.2' }])).toBeUndefined();
  });
});

test('a probe is known by its number in every form, tagged and padded too', () => {
  const quoted = { source: '10.0.0.5', destination: '10.0.0.1' };
  for (const frame of [
    echo(ends, 20_001),
    tagged(tcp(ends, 20_001, 179), 5),
    tagged(tagged(tcp(ends, 20_001, 179), 5), 6, 0x88a8),
    numbered(tcp(ends, 1, 2), 20_001),
    ...errorKinds.map((kind) => icmpError(ends, kind, quoted, 20_001)),
    igmp(ends, 'report', 20_001),
    withoutPorts(ends, 89, 20_001),
  ])
    expect(inFrame(frame)).toMatchObject({ key: '20001', part: 'probe' });
});

test.each([
  ['224.0.0.251', '01:00:5e:00:00:fb'],
  ['239.129.1.1', '01:00:5e:01:01:01'],
  ['192.0.2.255', 'ff:ff:ff:ff:ff:ff'],
  ['ff02::1:2', '33:33:00:01:00:02'],
])('what is sent to %s goes to the MAC %s', (address, mac) => expect(macOf({ name: '', address })).toBe(mac));

describe('evidence', () => {
  const world = worldLiteral({ mode: 'routed', backend: 'device', pod: 'device' }, false);
  const says = (verdict: 'holds' | 'broken' | 'unknown') =>
    new Map([['speaker-0', [{ text: 'from customer-a, node address 10.0.0.5: unreachable', verdict }]]]);
  const wrong = [{ cell: nameOf(denied), why: '', heard: [] }];
  const judged = (passed: Wrong[], evidence: Evidence) => judgements([denied], [], passed, world, evidence);

  test('agrees with the packets when it holds and nothing passes, or is broken and something does', () => {
    expect(compare(judged([], says('holds')))).toEqual({ compared: 1, disagreements: [] });
    expect(compare(judged(wrong, says('broken'))).disagreements).toEqual([]);
  });

  test('disagrees when it holds and something passes, and when it does not and nothing does', () => {
    for (const [passed, evidence] of [
      [wrong, says('holds')],
      [[], says('broken')],
      [[], says('unknown')],
    ] as const)
      expect(compare(judged([...passed], evidence)).disagreements).toHaveLength(1);
  });

  test('that is missing is not compared', () => {
    expect(compare(judged([], new Map()))).toEqual({ compared: 0, disagreements: [] });
  });

  test('after damage, what passes is told; what holds twice may be told broken', () => {
    expect(untold(judged(wrong, says('holds')))).toHaveLength(1);
    expect(untold(judged(wrong, new Map()))).toHaveLength(1);
    expect(untold(judged(wrong, says('broken')))).toEqual([]);
    expect(untold(judged([], says('broken')))).toEqual([]);
  });
});
