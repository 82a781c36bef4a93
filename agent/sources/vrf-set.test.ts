import { expect, test } from '@jest/globals';
import { nextVrfSet, type VrfSet } from './vrf-set.ts';
import { formatProblem } from './vrf-source.ts';
import { readVrfText } from './yaml-vrfs.ts';

const empty: VrfSet = new Map();
const doc = (name: string, table?: number, mtu = 1500) =>
  `---\napiVersion: multivrf.dev/v1alpha1\nkind: VRF\nmetadata: {name: ${name}}\nspec:\n  mode: routed\n  mtu: ${mtu}\n${table ? `  table: ${table}\n` : ''}`;

const step = (previous: VrfSet, files: Record<string, string>) => {
  const texts = new Map(Object.entries(files).map(([file, text]) => [file, readVrfText(file, text)]));
  const { set, problems } = nextVrfSet(previous, texts);
  return { set, problems: problems.map(formatProblem) };
};
const tables = (set: VrfSet) => Object.fromEntries([...set].map(([name, { vrf }]) => [name, vrf.spec.table]));
const mtus = (set: VrfSet) => Object.fromEntries([...set].map(([name, { vrf }]) => [name, vrf.spec.mtu]));

test('of two files that define a VRF the first stays in force, and both are named', () => {
  const { set, problems } = step(empty, { 'a.yaml': doc('x', 0, 1400), 'b.yaml': doc('x', 0, 9000) });
  expect(mtus(set)).toEqual({ x: 1400 });
  expect(problems).toEqual([expect.stringMatching(/^b.yaml:4: metadata.name: "x" is defined in a.yaml already/)]);
});

test('a file that comes later takes no VRF away, whatever its name', () => {
  const { set } = step(empty, { 'b.yaml': doc('x', 0, 9000) });
  expect(mtus(step(set, { 'a.yaml': doc('x', 0, 1400), 'b.yaml': doc('x', 0, 9000) }).set)).toEqual({ x: 9000 });
});

test('the second file takes over when the first goes', () => {
  const { set } = step(empty, { 'a.yaml': doc('x', 0, 1400), 'b.yaml': doc('x', 0, 9000) });
  expect(mtus(step(set, { 'b.yaml': doc('x', 0, 9000) }).set)).toEqual({ x: 9000 });
});

test('of two VRFs with one table the first stays in force', () => {
  const { set, problems } = step(empty, { 'a.yaml': doc('x', 7) + doc('y', 7) });
  expect(tables(set)).toEqual({ x: 7 });
  expect(problems).toEqual([
    'a.yaml:16: spec.table: 7 is the table of VRF "x" in a.yaml already, which stays in force; choose another, or leave it out',
  ]);
});

test('a VRF that changes to a table in use keeps its version in force', () => {
  const { set } = step(empty, { 'a.yaml': doc('x', 7) + doc('y', 8) });
  const next = step(set, { 'a.yaml': doc('x', 8) + doc('y', 8) });
  expect(tables(next.set)).toEqual({ x: 7, y: 8 });
  expect(next.problems).toHaveLength(1);
});

test('two VRFs can swap their tables', () => {
  const { set } = step(empty, { 'a.yaml': doc('x', 7) + doc('y', 8) });
  const next = step(set, { 'a.yaml': doc('x', 8) + doc('y', 7) });
  expect([tables(next.set), next.problems]).toEqual([{ x: 8, y: 7 }, []]);
});

test('a table that its VRF could not leave is not given to another', () => {
  const { set } = step(empty, { 'a.yaml': doc('x', 7) + doc('y', 8) });
  const next = step(set, { 'a.yaml': doc('new', 7) + doc('x', 8) + doc('y', 8) });
  expect(tables(next.set)).toEqual({ x: 7, y: 8 });
  expect(next.problems).toHaveLength(2);
});

test('a broken VRF stays in force as it was, while others of its file change and go', () => {
  const { set } = step(empty, { 'a.yaml': doc('x') + doc('y') + doc('z') });
  const next = step(set, { 'a.yaml': doc('x', 0, 70000) + doc('y', 0, 9000) });
  expect(mtus(next.set)).toEqual({ x: 1500, y: 9000 });
});

test('all VRFs of an unreadable file stay in force, until it is deleted', () => {
  const { set } = step(empty, { 'a.yaml': doc('x') + doc('y') });
  const next = step(set, { 'a.yaml': `${doc('x', 0, 9000)}---\ny: [` });
  expect(mtus(next.set)).toEqual({ x: 9000, y: 1500 });
  expect(step(next.set, {}).set.size).toBe(0);
});

test('a VRF that did not change is the same object', () => {
  const { set } = step(empty, { 'a.yaml': doc('x') });
  expect(step(set, { 'a.yaml': `# moved\n${doc('x')}` }).set.get('x')?.vrf).toBe(set.get('x')?.vrf);
});
