import { expect, test } from '@jest/globals';
import { diff } from './diff.ts';
import { applied } from './kernel-model.testing.ts';
import { everything, scenarios, untouched } from './scenarios.testing.ts';
import { inverse, type Step } from './step.ts';

const plans = Object.entries(scenarios).map(([name, one]): [string, Step[]] => [
  name,
  diff(everything([one]), untouched()),
]);

test.each(plans)('the inverse of the inverse is the step itself: %s', (_, steps) => {
  for (const step of steps) {
    const back = inverse(step);
    // Nothing is to be restored where nothing could be read.
    if (!back) expect(step).toEqual({ do: 'write', to: expect.anything() });
    else expect(inverse(back)).toEqual(step);
  }
});

test.each(plans)('a plan undone leaves links, rules, routes and namespaces as they were: %s', (_, steps) => {
  const back = steps.toReversed().flatMap((step) => inverse(step) ?? []);
  const undone = applied(applied(untouched(), steps), back);
  expect([...undone.keys()]).toEqual([...untouched().keys()]);
  for (const [place, { links, rules, routes, filters }] of undone) {
    const before = untouched().get(place)!;
    const names = [...before.links.keys()].toSorted();
    expect({ names: [...links.keys()].toSorted(), routes, filters }).toEqual({
      names,
      routes: [],
      filters: before.filters,
    });
    expect(rules).toEqual(before.rules);
  }
});
