import { describe, expect, test } from '@jest/globals';
import { describeStep } from './describe.ts';
import { diff } from './diff.ts';
import { applied, changed } from './kernel-model.testing.ts';
import type { PlaceState } from './observed.ts';
import { everything, scenarios, untouched } from './scenarios.testing.ts';
import { subject } from './step.ts';
import { teardown } from './teardown.ts';

describe.each(Object.entries(scenarios))('%s', (_, one) => {
  const desired = everything([one]);
  const kernel = applied(untouched(), diff(desired, untouched()));
  const steps = teardown(desired, kernel);

  test('each of its links goes once, the last made first', () => {
    const links = (objects: readonly { object: string }[]) => objects.filter(({ object }) => object === 'link');
    expect(links(steps.map(subject))).toEqual(links(desired).toReversed());
  });

  test('what lives on a link that goes has no step of its own', () => {
    expect(steps.map(describeStep)).not.toContainEqual(expect.stringMatching(/ (interface|dev|port) (net1|mv)/));
  });

  test('nothing of it is left', () => {
    const gone = applied(kernel, steps);
    expect([...gone.keys()].toSorted()).toEqual(['node', 'pod']);
    for (const [place, { links, addresses, routes, rules, filters }] of gone) {
      const before = untouched().get(place)!;
      expect([...links.keys()].toSorted()).toEqual([...before.links.keys()].toSorted());
      expect([...addresses.values()].flatMap((own) => [...own])).toEqual([]);
      expect({ routes, filters: [...filters.keys()] }).toEqual({ routes: [], filters: [] });
      // The rule for table local stays where it is: behind nothing, that makes no difference.
      const others = (all: PlaceState['rules']) => all.filter(({ table }) => table !== 255);
      expect(others(rules)).toEqual(others(before.rules));
    }
  });

  test('what is gone already is passed over', () => {
    expect(teardown(desired, untouched())).toEqual([]);
    expect(teardown(desired, applied(kernel, steps))).toEqual([]);
  });

  test('a link that lost its mark stays', () => {
    const unmarked = desired.reduce(
      (state, object) =>
        object.object === 'link'
          ? changed(state, object.in, ({ links }) => delete links.get(object.name)!.alias)
          : state,
      kernel,
    );
    expect(teardown(desired, unmarked).filter((step) => subject(step).object === 'link')).toEqual([]);
  });
});

test("an operator's uplink is released, not deleted", () => {
  const desired = everything([scenarios['bridge, device']!]);
  const kernel = applied(untouched(), diff(desired, untouched()));
  const released = applied(kernel, teardown(desired, kernel)).get('node')!.links.get('eth1');
  expect(released).toMatchObject({ master: '', addrGenMode: 'eui64', up: true });
});

test('an uplink that somebody has taken since stays theirs', () => {
  const desired = everything([scenarios['bridge, device']!]);
  const kernel = changed(applied(untouched(), diff(desired, untouched())), 'node', ({ links }) => {
    links.get('eth1')!.master = 'br-other';
  });
  const words = teardown(desired, kernel).map(describeStep);
  expect(words).not.toContain('set no master of interface eth1 on the node');
  expect(words).toContain('set addrGenMode eui64 of interface eth1 on the node');
});
