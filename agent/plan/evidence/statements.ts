/** All that is stated of one attachment. */
import type { Site } from '../check-drift.ts';
import { uplinkDevice } from '../names.ts';
import { nodeStatements } from './node-statements.ts';
import { podStatements } from './pod-statements.ts';
import type { Scene, Statement } from './statement.ts';

/** In the order in which they are told; the last one takes every difference that is no other's. */
export function statementsOf(scene: Scene): Statement[] {
  const named = [...filterStatements(scene), ...nodeStatements(scene), ...podStatements(scene)];
  const rest = structural('nothing else differs from what was made', (site) => !named.some((one) => one.restsOn(site)));
  return [...named, rest];
}

function structural(text: string, restsOn: (site: Site) => boolean): Statement {
  return { text, in: 'node', questions: [], control: [], within: new Set(), restsOn, onNoIntruder: false };
}

function filterStatements({ attachment, vrf }: Scene): Statement[] {
  const { hostEnd } = attachment;
  const isFilter = (dev: string, direction: string) => (site: Site) =>
    site.object === 'filter' && site.dev === dev && site.direction === direction;
  const isSource = isFilter(hostEnd, 'ingress');
  const { uplink } = vrf;
  return [
    // In a bridge the forwarding entry that no frame can move belongs to it.
    structural('source filter in place', (site) => isSource(site) || site.object === 'fdb'),
    structural('expose filter in place', isFilter(hostEnd, 'egress')),
    ...(uplink
      ? [structural('uplink filter in place', isFilter(uplinkDevice(uplink.interface, uplink.vlan), 'ingress'))]
      : []),
  ];
}
