import { expect, test } from '@jest/globals';
import { formatProblem } from './vrf-source.ts';
import { readVrfText } from './yaml-vrfs.ts';

const head = 'apiVersion: multivrf.dev/v1alpha1\nkind: VRF\n';
const good = (name: string) => `${head}metadata: {name: ${name}}\nspec: {mode: bridge}\n`;
const lines = (text: string) => readVrfText('f.yaml', text).problems.map(formatProblem);

test('a text may hold several VRFs, and empty documents between them', () => {
  const { drafts, problems } = readVrfText('f.yaml', `# customers\n---\n${good('a')}---\n---\n${good('b')}---\n`);
  expect(drafts.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(problems).toEqual([]);
});

test('a problem names the line of its field', () => {
  const text = `${good('a')}---\n${head}metadata: {name: b}
spec:
  mode: bridge
  addresses:
    pools:
      - subnet: 192.0.2.0/24
        range: 192.0.2.9-192.0.2.1
  uplink:
    interface: eth1
`;
  expect(lines(text)).toEqual([
    expect.stringMatching(/^f.yaml:14: spec.addresses.pools\[0\].range: "192.0.2.9-192.0.2.1" ends before it begins/),
    expect.stringMatching(/^f.yaml:15: spec.uplink: is not a known key/),
  ]);
});

test('a missing field is reported at the line of what lacks it', () => {
  expect(lines(`${head}metadata: {name: a}\nspec:\n  mtu: 1500\n`)).toEqual([
    'f.yaml:4: spec.mode: is missing; it must be "bridge" or "routed"',
  ]);
});

test('aliases can be used, and a problem behind one is reported where the value stands', () => {
  const text = `${head}metadata: {name: a}\nspec:\n  mode: bridge\n  access: {namespaces: &x [A]}\n  uplinks: *x\n`;
  expect(lines(text)).toEqual([
    'f.yaml:6: spec.uplinks[0]: "A" must be an object',
    expect.stringContaining('f.yaml:6: spec.access.namespaces[0]: "A"'),
  ]);
});

test.each([
  ['a duplicate key', `${head}kind: VRF\n`, 'f.yaml:3: "kind: VRF" is not valid YAML: Map keys must be unique'],
  ['an unclosed bracket', 'a: [1\nb: 2\n', 'f.yaml:2: "b: 2" is not valid YAML'],
  [
    'an unknown tag',
    `${head}metadata: !vrf {name: a}\n`,
    'f.yaml:3: "metadata: !vrf {name: a}" is not valid YAML: Unresolved tag',
  ],
  ['nothing', ' \n', 'f.yaml: is empty'],
  [
    'billions of aliases',
    `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n`,
    'f.yaml:1: cannot be expanded: Excessive alias count',
  ],
])('%s makes the text unreadable', (_what, text, line) => {
  expect(readVrfText('f.yaml', text).unreadable).toBe(true);
  expect(lines(text)[0]).toContain(line);
});

test('one unreadable document does not hide the others', () => {
  const { drafts, unreadable } = readVrfText('f.yaml', `${good('a')}---\nx: [\n---\n${good('b')}`);
  expect([drafts.map(({ name }) => name), unreadable]).toEqual([['a', 'b'], true]);
});

test('an invalid VRF whose name can be read is known to be broken', () => {
  const { broken, unreadable } = readVrfText('f.yaml', `${head}metadata: {name: a}\nspec: {mode: x}\n`);
  expect([[...broken], unreadable]).toEqual([['a'], false]);
});

test('an invalid VRF without a valid name may be any', () => {
  expect(readVrfText('f.yaml', good('A')).unreadable).toBe(true);
  expect(readVrfText('f.yaml', `${head}spec: {mode: bridge}\n`).unreadable).toBe(true);
  expect(lines('just text\n')).toEqual(['f.yaml:1: "just text" must be an object']);
});

test('an object of another kind is named', () => {
  expect(lines('apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n')).toEqual([
    'f.yaml:1: apiVersion: "v1" must be "multivrf.dev/v1alpha1"',
    'f.yaml:2: kind: "Pod" must be "VRF"',
  ]);
});

test('the second VRF of a name is refused, naming the line of the first', () => {
  expect(lines(`${good('a')}---\n${good('a')}`)).toEqual([
    'f.yaml:8: metadata.name: "a" is defined in line 3 already; keep one of the two',
  ]);
});

test('serviceAccounts are refused, because nobody could check them', () => {
  const text = `${head}metadata: {name: a}\nspec:\n  mode: bridge\n  access:\n    serviceAccounts: [bgp/speaker]\n`;
  const { drafts, broken } = readVrfText('f.yaml', text);
  expect([drafts.length, [...broken]]).toEqual([0, ['a']]);
  expect(lines(text)[0]).toMatch(
    /^f.yaml:7: spec.access.serviceAccounts: .* cannot be checked without the Kubernetes API/,
  );
});

test('a line of any length is told of in a short one', () => {
  const told = lines(`kind: VRF\n}${'x'.repeat(70_000)}`);
  expect(told.join()).toContain('is not valid YAML: Unexpected scalar');
  for (const line of told) expect(line.length).toBeLessThan(500);
});
