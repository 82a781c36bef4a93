import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { podAnnotationsCapability } from '../../common/cni.ts';
import { defaultAgentSocket } from '../../common/protocol.ts';
import { withEntry, withoutEntry } from './chain.ts';
import { elementsOf } from './json-elements.ts';

const settings = { agentSocket: defaultAgentSocket };
const entry = { type: 'multivrf', capabilities: { [podAnnotationsCapability]: true } };
const indented = `{
    "name": "cbr0",
    "cniVersion": "1.0.0",
    "plugins": [
        {
            "type": "flannel",
            "delegate": {"hairpinMode": true, "mtu": 1450.0}
        },
        {
            "type": "portmap",
            "capabilities": {"portMappings": true}
        }
    ]
}
`;

function add(text: string): string {
  return withEntry('10-cluster.conflist', text, settings);
}

function remove(text: string): string {
  return withoutEntry('10-cluster.conflist', text);
}

function conflist(...plugins: unknown[]): string {
  return JSON.stringify({ cniVersion: '1.0.0', name: 'cluster', plugins });
}

test('an entry comes last, laid out as its neighbours, and every other byte stays', () => {
  const added = `,
        {
            "type": "multivrf",
            "capabilities": {
                "io.kubernetes.cri.pod-annotations": true
            }
        }`;
  const end = indented.indexOf('\n    ]');
  expect(add(indented)).toBe(indented.slice(0, end) + added + indented.slice(end));
});

test.each([
  [
    'on one line',
    '{"cniVersion":"1.0.0","plugins":[{"type":"ptp"}]}',
    '{"type":"multivrf","capabilities":{"io.kubernetes',
  ],
  [
    'a line each',
    '{"cniVersion": "1.0.0", "plugins": [\n\t{ "type": "ptp" }\n]}',
    ',\n\t{ "type": "multivrf", "capabilities": { "io.',
  ],
  [
    'with CRLF',
    '{\r\n "cniVersion": "1.0.0", "plugins": [\r\n {\r\n  "type": "ptp"\r\n }\r\n ]\r\n}',
    '\r\n {\r\n  "type": "multivrf",',
  ],
])('a conflist %s stays one', (_, text, part) => {
  expect(add(text)).toContain(part);
  expect(JSON.parse(add(text)).plugins).toEqual([{ type: 'ptp' }, entry]);
  expect(remove(add(text))).toBe(text);
});

test('an entry that is there and right is left alone, wherever it stands and whatever else it says', () => {
  const own = { timeoutSeconds: 5, ...entry, agentSocket: defaultAgentSocket };
  const text = conflist({ type: 'ptp' }, own, { type: 'istio-cni' });
  expect(add(text)).toBe(text);
});

test.each([
  ['without the capability', { type: 'multivrf', strictStatus: true }, { ...entry, strictStatus: true }],
  ['with another socket', { ...entry, agentSocket: '/run/old.sock' }, entry],
  [
    'with a capability of its own',
    { type: 'multivrf', capabilities: { ips: true } },
    { ...entry, capabilities: { ips: true, ...entry.capabilities } },
  ],
])('an entry %s is corrected in its place', (_, wrong, right) => {
  expect(JSON.parse(add(conflist({ type: 'ptp' }, wrong, { type: 'tuning' }))).plugins).toEqual([
    { type: 'ptp' },
    right,
    { type: 'tuning' },
  ]);
});

test('the settings of the installation are written into the entry', () => {
  const text = withEntry('x', conflist({ type: 'ptp' }, entry), { agentSocket: '/run/b.sock', strictStatus: true });
  expect(JSON.parse(text).plugins[1]).toEqual({ ...entry, agentSocket: '/run/b.sock', strictStatus: true });
});

test('of several entries the first behind another plugin stays', () => {
  const text = conflist(entry, { type: 'ptp' }, entry, { type: 'tuning' }, entry);
  expect(JSON.parse(add(text)).plugins).toEqual([{ type: 'ptp' }, entry, { type: 'tuning' }]);
  expect(JSON.parse(remove(text)).plugins).toEqual([{ type: 'ptp' }, { type: 'tuning' }]);
});

test('an entry with a VRF of its own was written by hand and stays', () => {
  const text = conflist({ type: 'ptp' }, { type: 'multivrf', vrf: 'customer-a' });
  expect(remove(text)).toBe(text);
  expect(remove(add(text))).toBe(text);
});

test.each([
  ['', 'x.conflist is not JSON: it is empty'],
  ['{"plugins": [{"type"', /x\.conflist is not JSON: .*position 20 \(line 1 column 21\)/],
  ['null', 'x.conflist: "plugins" is absent'],
  ['{"plugins": {}}', 'x.conflist: "plugins" is {}'],
  ['{"cniVersion": "1.0.0", "plugins": []}', '"plugins" holds nothing'],
  [conflist(entry), '"plugins" holds nothing but multivrf'],
  ['{"plugins": [{"type": "ptp"}]}', 'cniVersion is absent'],
  ['{"cniVersion": "0.3.0", "plugins": [{"type": "ptp"}]}', 'cniVersion is "0.3.0"'],
])('%j is refused', (text, message) => {
  expect(() => withEntry('x.conflist', text, settings)).toThrow(message);
});

const plugin = fc.oneof(
  fc.record({ type: fc.string(), 'a"]}b': fc.jsonValue() }),
  fc.dictionary(fc.string(), fc.jsonValue()).filter((value) => value.type !== 'multivrf'),
);
const anyText = fc
  .record({
    before: fc.dictionary(fc.string(), fc.jsonValue()),
    plugins: fc.array(plugin, { minLength: 1, maxLength: 5 }),
    after: fc.dictionary(fc.string(), fc.jsonValue()),
    indent: fc.constantFrom('', ' ', '\t', '    '),
  })
  .map(({ before, plugins, after, indent }) =>
    JSON.stringify(Object.assign({}, before, { plugins }, after, { cniVersion: '1.0.0', plugins }), null, indent),
  );

test('an entry put in and taken out leaves the bytes that were there', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const added = add(text);
      const before = JSON.parse(text);
      expect(JSON.parse(added)).toEqual({ ...before, plugins: [...before.plugins, entry] });
      expect(add(added)).toBe(added);
      expect(remove(added)).toBe(text);
    }),
  );
});

test('each element of the list is found where it stands', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const found = elementsOf(text, 'plugins').map(({ start, end }) => JSON.parse(text.slice(start, end)));
      expect(found).toEqual(JSON.parse(text).plugins);
    }),
  );
});

test('of a key given twice the last list counts', () => {
  const text = '{"plugins": [1, 2], "a": {"plugins": [3]}, "plugins": [ "x" ]}';
  expect(elementsOf(text, 'plugins')).toEqual([{ start: 56, end: 59 }]);
});
