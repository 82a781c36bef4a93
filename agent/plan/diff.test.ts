import { describe, expect, test } from '@jest/globals';
import { describeStep } from './describe.ts';
import type { Attachment } from './desired.ts';
import { diff } from './diff.ts';
import { applied, changed, freshPlace } from './kernel-model.testing.ts';
import type { KernelObject, LinkSettings, Place } from './kernel-object.ts';
import type { LinkState, Observed, RuleState } from './observed.ts';
import { attachment, everything, scenarios, untouched, vrf } from './scenarios.testing.ts';
import { isDirect, type Step, subject } from './step.ts';

/** The kernel with an attachment in force. */
function withAll(one: Attachment): { desired: KernelObject[]; kernel: Observed } {
  const desired = everything([one]);
  return { desired, kernel: applied(untouched(), diff(desired, untouched())) };
}

test.each(Object.entries(scenarios))('where nothing is there, all is made, in the order desired: %s', (_, one) => {
  const desired = everything([one]);
  const bare: Observed = new Map([['node', freshPlace('eth1')]]);
  const steps = diff(desired, bare);
  const settled = (object: KernelObject) => object.object === 'link-settings' && object.dev === 'eth1';
  expect(steps.map(subject).filter((object) => !settled(object))).toMatchObject(
    desired.filter((object) => !settled(object)),
  );
  expect(steps.map((step) => step.do)).not.toContain('remove');
});

/** Objects that can be lost one by one. */
function singles(steps: readonly Step[]): Step[] {
  return steps.filter(
    (step) =>
      step.do === 'add' &&
      ['address', 'route', 'fdb', 'filter', 'rule'].includes(step.object.object) &&
      !atZero(step.object),
  );
}
const atZero = (object: KernelObject) => object.object === 'rule' && object.priority === 0;

describe.each(Object.entries(scenarios))('a drift from %s', (_, one) => {
  const { desired, kernel } = withAll(one);
  const steps = diff(desired, untouched());

  test('that takes one object away is answered by adding just that', () => {
    expect(singles(steps).length).toBeGreaterThan(10);
    for (const step of singles(steps)) {
      if (step.do !== 'add') continue;
      const lost = applied(kernel, [{ do: 'remove', object: step.object }]);
      expect(diff(desired, lost)).toEqual([step]);
    }
  });

  test('of a sysctl that can be read is answered by writing it, with the way back', () => {
    const sysctls = steps.flatMap((step) => (step.do === 'write' ? [step.to] : []));
    expect(sysctls.length).toBeGreaterThan(0);
    for (const to of sysctls) {
      const from = { ...to, value: '7' };
      expect(diff(desired, applied(kernel, [{ do: 'write', to: from }]))).toEqual([{ do: 'write', to, from }]);
    }
  });

  test("of an interface's settings is answered by setting just those", () => {
    const settings = desired.filter(
      (object): object is LinkSettings => object.object === 'link-settings' && object.dev !== 'eth1',
    );
    expect(settings.length).toBeGreaterThan(3);
    for (const wanted of settings) {
      const off = turned(wanted);
      const drifted = changed(kernel, wanted.in, ({ links }) => Object.assign(links.get(wanted.dev)!, off.state));
      expect(diff(desired, drifted).map(describeStep)).toEqual([
        `set ${off.words} of interface ${wanted.dev} ${off.where}`,
      ]);
    }
  });
});

/** A link state that contradicts one of the settings, and how that one is described. */
function turned({ in: place, ...wanted }: LinkSettings): { state: Partial<LinkState>; words: string; where: string } {
  const where = { node: 'on the node', pod: 'in the pod' }[place as string] ?? 'in namespace customer-a';
  if (wanted.up) return { state: { up: false }, words: 'up true', where };
  if (wanted.master) return { state: { master: '' }, words: `master ${wanted.master}`, where };
  if (wanted.addrGenMode) return { state: { addrGenMode: 'eui64' }, words: 'addrGenMode none', where };
  if (wanted.bridgePort) {
    const { learning } = wanted.bridgePort;
    const words = 'bridgePort learning false flood false multicastFlood true broadcastFlood true';
    return { state: { bridgePort: { ...wanted.bridgePort, learning: !learning } }, words, where };
  }
  if (wanted.alias) return { state: { alias: 'multivrf:old' }, words: `alias ${wanted.alias}`, where };
  const ipv4 = { forwarding: 0, rpFilter: 2, arpNotify: 1, arpIgnore: 1 };
  return { state: { ipv4 }, words: 'ipv4 forwarding 1', where };
}

test('a host end that somebody took out of its bridge goes back in, with its settings as a port', () => {
  const one = scenarios['bridge, device']!;
  const { desired, kernel } = withAll(one);
  const out = changed(kernel, 'node', ({ links }) => {
    Object.assign(links.get(one.hostEnd)!, { master: '', bridgePort: undefined });
  });
  const steps = diff(desired, out);
  expect(steps.map(describeStep)).toEqual([
    `set master customer-a of interface ${one.hostEnd} on the node`,
    expect.stringMatching(/^set bridgePort learning false /),
  ]);
  expect(diff(desired, applied(out, steps))).toEqual([]);
});

test('MTU and MAC of both ends of the pair are set back to what they were made with', () => {
  const one = scenarios['bridge, device']!;
  const { desired, kernel } = withAll(one);
  const host = changed(kernel, 'node', ({ links }) => Object.assign(links.get(one.hostEnd)!, { mtu: 1400 }));
  const both = changed(host, 'pod', ({ links }) => {
    Object.assign(links.get('net1')!, { mtu: 1400, mac: '02:00:00:00:00:01' });
  });
  const steps = diff(desired, both);
  expect(steps.map(describeStep)).toEqual([
    `set mtu 1500 of interface ${one.hostEnd} on the node`,
    `set mac ${one.mac} mtu 1500 of interface net1 in the pod`,
  ]);
  expect(diff(desired, applied(both, steps))).toEqual([]);
});

test('a rule that says more than ours is not taken for it', () => {
  const { desired, kernel } = withAll(scenarios['bridge, namespace, VLAN']!);
  const narrowed = changed(kernel, 'pod', (place) => {
    place.rules = place.rules.map((rule) => (rule.priority === 10 ? { ...rule, narrowed: true } : rule));
  });
  expect(diff(desired, narrowed).map(describeStep)).toEqual([
    'add IPv4 rule priority 10 iif net1 lookup 1002 in the pod',
    'add IPv6 rule priority 10 iif net1 lookup 1002 in the pod',
  ]);
});

describe('an isolation rule of a routed VRF that was lost', () => {
  const { desired, kernel } = withAll(scenarios['routed, device']!);
  const rules = (state: Observed) =>
    state.get('node')!.rules.filter(({ family, priority }) => family === 4 && priority === 0);
  const words = ({ iif, oif, action, table }: RuleState) =>
    [iif && 'iif', oif && 'oif', action, table].filter(Boolean).join(' ');

  test.each(['iif', 'oif'] as const)('comes back behind its "lookup" when only the order was lost (%s)', (selector) => {
    const reversed = changed(kernel, 'node', (place) => {
      const isPair = (rule: RuleState) => rule.family === 4 && rule[selector] === 'customer-a';
      const pair = place.rules.filter(isPair).reverse();
      place.rules = place.rules.map((rule) => (isPair(rule) ? pair.shift()! : rule));
    });
    expect(diff(desired, reversed).map(describeStep)).toEqual([
      `remove IPv4 rule priority 0 ${selector} customer-a unreachable on the node`,
      `add IPv4 rule priority 0 ${selector} customer-a unreachable on the node`,
      'move IPv4 rule for table local at priority 0 on the node',
    ]);
    expect(diff(desired, applied(reversed, diff(desired, reversed)))).toEqual([]);
  });

  test.each([0, 1, 2, 3])('comes back in front of its "unreachable" and of table local (%i)', (at) => {
    const lost = changed(kernel, 'node', (place) => {
      place.rules = place.rules.filter((rule) => rule !== place.rules.filter(({ family }) => family === 4)[at]);
    });
    const repaired = rules(applied(lost, diff(desired, lost))).map(words);
    expect(repaired.filter((rule) => rule.startsWith('iif'))).toEqual(['iif lookup 1001', 'iif unreachable']);
    expect(repaired.filter((rule) => rule.startsWith('oif'))).toEqual(['oif lookup 1001', 'oif unreachable']);
    expect(repaired.at(-1)).toBe('lookup 255');
    expect(repaired).toHaveLength(5);
  });
});

describe('the rule for table local', () => {
  const routed = withAll(scenarios['routed, device']!);
  const moves = (steps: readonly Step[]) => steps.filter((step) => step.do === 'move-local-rule');

  test('is moved behind rules that join its priority in the same plan', () => {
    const steps = diff(routed.desired, untouched());
    const lastRule = steps.findLastIndex(
      (step) => step.do === 'add' && step.object.object === 'rule' && step.object.in === 'node',
    );
    const lastMove = steps.findLastIndex((step) => step.do === 'move-local-rule' && step.to.in === 'node');
    expect(lastMove).toBeGreaterThan(lastRule);
  });

  test('is moved again when it has come in front', () => {
    const front = changed(routed.kernel, 'node', (place) => {
      const isLocal = ({ family, table }: RuleState) => family === 4 && table === 255;
      place.rules = [...place.rules.filter(isLocal), ...place.rules.filter((rule) => !isLocal(rule))];
    });
    expect(diff(routed.desired, front).map(describeStep)).toEqual([
      'move IPv4 rule for table local at priority 0 on the node',
    ]);
  });

  test('stays where somebody else has moved it further back', () => {
    const cilium = changed(untouched(), 'node', (place) => {
      place.rules = place.rules.map((rule) => (rule.table === 255 ? { ...rule, priority: 100 } : rule));
    });
    expect(moves(diff(routed.desired, cilium)).filter(({ to }) => to.in === 'node')).toEqual([]);
  });

  test.each<[string, Partial<RuleState>]>([
    ['for one interface', { iif: 'eth7' }],
    ['with a mark', { narrowed: true }],
  ])('is not mistaken for a rule %s', (_, narrower) => {
    const other: RuleState = { family: 4, priority: 5, action: 'lookup', table: 255, ...narrower };
    const bare = changed(untouched(), 'pod', (place) => {
      place.rules = [other, ...place.rules.map((rule) => (rule.table === 255 ? { ...rule, priority: 15 } : rule))];
    });
    const [move] = moves(diff(routed.desired, bare)).filter(({ to }) => to.in === 'pod' && to.family === 4);
    expect(move).toMatchObject({ from: { priority: 15 } });
  });
});

describe('what multivrf did not make', () => {
  const refusal = (kernel: Observed, one: Attachment) => () => diff(everything([one]), kernel);
  const bridge = scenarios['bridge, device']!;

  test.each<[string, Place, Partial<LinkState>]>([
    ['a bridge of that name', 'node', { kind: 'bridge' }],
    ['one with an alias of its own', 'node', { kind: 'bridge', alias: 'multivrfish' }],
    ['a VRF device of that name in the pod', 'pod', { kind: 'vrf', table: 1001 }],
  ])('is not taken over: %s', (_, place, link) => {
    const kernel = changed(untouched(), place, ({ links }) =>
      links.set('customer-a', { name: 'customer-a', up: true, master: '', kind: undefined, ...link }),
    );
    expect(refusal(kernel, bridge)).toThrow(
      /^interface customer-a( in the pod)? exists already and was not made by multivrf$/,
    );
  });

  test('is not taken over: a namespace of that name', () => {
    const kernel = new Map([...untouched(), ['vrf/customer-a', freshPlace()]]) as Observed;
    expect(refusal(kernel, scenarios['routed, namespace']!)).toThrow('namespace customer-a exists already');
  });

  test('of ours, but of another kind, is told with what to do', () => {
    const { kernel } = withAll(bridge);
    expect(refusal(kernel, scenarios['routed, device']!)).toThrow(
      'interface customer-a is a bridge, but the VRF now wants a vrf with table 1001',
    );
    const { kernel: routed } = withAll(scenarios['routed, device']!);
    expect(refusal(routed, attachment(vrf('routed', 'device', { table: 1007 }), 'device'))).toThrow(
      'interface customer-a is a vrf with table 1001, but the VRF now wants a vrf with table 1007',
    );
  });
});

test('an uplink that is to be moved must be there', () => {
  const kernel: Observed = new Map([['node', freshPlace()]]);
  expect(() => diff(everything([scenarios['routed, namespace']!]), kernel)).toThrow(
    'uplink eth1 does not exist on this node',
  );
});

test('sysctls and namespaces are the only steps that are no messages', () => {
  const steps = diff(everything([scenarios['bridge, namespace, VLAN']!]), untouched());
  expect(new Set(steps.filter(isDirect).map((step) => subject(step).object))).toEqual(new Set(['namespace', 'sysctl']));
});
