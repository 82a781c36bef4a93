import { expect, test } from '@jest/globals';
import { vrf } from './scenarios.testing.ts';
import { isSameShape, shapeWords, superfluous } from './vrf-change.ts';

const routed = vrf('routed', 'device');

test('what a definition does not ask for any more is superfluous', () => {
  const { uplink: _, ...without } = routed;
  expect(superfluous(routed, routed)).toEqual([]);
  const gone = superfluous(routed, without).map(({ object }) => object);
  expect(gone).toEqual(expect.arrayContaining(['filter', 'address', 'link-settings']));
});

test('a filter whose program changes is never taken away, which would let everything pass', () => {
  const other = { ...routed, podPrefixes: ['203.0.113.0/24'] };
  expect(superfluous(routed, other).filter(({ object }) => object === 'filter')).toEqual([]);
});

test('mode, backend and table make the shape, and are told in words', () => {
  const wider = { ...routed, mtu: 9000 };
  expect(isSameShape(routed, wider)).toBe(true);
  expect(isSameShape(routed, { ...routed, table: 7 })).toBe(false);
  expect(shapeWords({ mode: 'routed', backend: 'device', table: 7 })).toBe('routed, backend device, table 7');
  expect(shapeWords({ mode: 'bridge', backend: 'namespace', table: 0 })).toBe('bridge, backend namespace');
});
