import { expect, test } from '@jest/globals';
import { lastResortMetric } from './desired.ts';
import type { Rule } from './kernel-object.ts';
import { leftoverRules, removeLeftovers } from './leftovers.ts';
import type { RouteState, RuleState } from './observed.ts';

const wanted: Rule = { object: 'rule', in: 'pod', family: 4, priority: 13, action: 'lookup', oif: 'net2', table: 1003 };
const standing: RuleState = { family: 4, priority: 13, action: 'lookup', oif: 'net2', table: 1003, ours: true };
const left: RuleState = { family: 4, priority: 13, action: 'lookup', oif: 'net1', table: 1001, ours: true };
const foreign: RuleState = { family: 4, priority: 13, action: 'lookup', oif: 'net1', table: 77 };

test('only rules of ours that no standing attachment needs are left over', () => {
  expect(leftoverRules([foreign, left, standing], [wanted])).toEqual([left]);
});

test('with a rule goes the unreachable default of its table, and nothing else of it', () => {
  const last: RouteState = { family: 4, table: 1001, type: 'unreachable', to: '0.0.0.0/0', metric: lastResortMetric };
  const routes: RouteState[] = [
    last,
    { ...last, table: 1003 },
    { ...last, metric: 5 },
    { family: 4, table: 1001, type: 'unicast', to: '198.51.100.0/24', dev: 'eth0' },
  ];
  expect(removeLeftovers([left], routes)).toEqual([
    {
      do: 'remove',
      object: { object: 'rule', in: 'pod', family: 4, priority: 13, action: 'lookup', oif: 'net1', table: 1001 },
    },
    { do: 'remove', object: { object: 'route', in: 'pod', ...last } },
  ]);
});
