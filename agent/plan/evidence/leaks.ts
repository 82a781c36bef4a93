/** Routes and rules by which packets enter or leave a VRF, whatever the few that look-ups ask for would meet. */
import { describeObject } from '../describe.ts';
import { vrfPlace, vrfTable } from '../desired.ts';
import type { Place, Rule } from '../kernel-object.ts';
import type { RouteState, RuleState } from '../observed.ts';
import type { Intrusion, Scene } from './statement.ts';

/** Of the `routes` of the VRF's place those of its table that lead to an interface which is none of `own`, whoever made them. */
export function waysOut(
  { vrf }: Pick<Scene, 'vrf'>,
  routes: readonly RouteState[],
  own: ReadonlySet<string>,
): Intrusion[] {
  if (vrf.mode === 'bridge') return [];
  const place = vrfPlace(vrf);
  const isOut = ({ table, type, dev }: RouteState) =>
    table === vrfTable(vrf) && (type === 'unicast' || type === 'local') && dev !== undefined && !own.has(dev);
  return routes
    .filter(isOut)
    .map((route) => ({ kind: 'way out', text: `${routeWords(place, route)} leads out of VRF ${vrf.name}` }));
}

/** Of `routes`, which lead to the VRF's interfaces, those of other tables; and the node's `rules` for its table beside ours. */
export function waysIn(
  { vrf }: Pick<Scene, 'vrf'>,
  routes: readonly RouteState[],
  rules: readonly RuleState[],
): Intrusion[] {
  // Into a namespace no table of the node's leads.
  if (vrf.backend === 'namespace') return [];
  const routed = vrf.mode === 'routed';
  const isIn = ({ table, type, to }: RouteState) =>
    type === 'unicast' && !(routed && table === vrf.table) && !/^(fe80:|ff)/.test(to);
  const isOther = ({ action, table, iif, oif }: RuleState) =>
    routed && action === 'lookup' && table === vrf.table && iif !== vrf.name && oif !== vrf.name;
  const words = [
    ...routes.filter(isIn).map((route) => routeWords('node', route)),
    ...rules.filter(isOther).map(ruleWords),
  ];
  return words.map((text) => ({ kind: 'way in', text: `${text} leads into VRF ${vrf.name}` }));
}

function routeWords(place: Place, { type, maker: _, ...route }: RouteState): string {
  return describeObject({ object: 'route', in: place, type: type === 'other' ? 'unicast' : type, ...route });
}

function ruleWords({ action, narrowed: _, ours: __, ...rule }: RuleState): string {
  return describeObject({ object: 'rule', in: 'node', action: action as Rule['action'], ...rule });
}
