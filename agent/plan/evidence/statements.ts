/** All that is stated of one attachment. */
import type { Site } from '../check-drift.ts';
import { carriageStatements } from './carriage-statements.ts';
import { clusterStatements } from './cluster-statements.ts';
import { nodeStatements } from './node-statements.ts';
import { uplinkOf } from './packets.ts';
import { podStatements } from './pod-statements.ts';
import { type Scene, type Statement, statement } from './statement.ts';

/** In the order in which they are told; the last one takes every difference that is no other's. */
export function statementsOf(scene: Scene): Statement[] {
  const named = [
    ...filterStatements(scene),
    ...nodeStatements(scene),
    ...clusterStatements(scene),
    ...carriageStatements(scene),
    ...podStatements(scene),
  ];
  const isNamed = (site: Site) => named.some((one) => one.restsOn(site));
  const text = 'nothing else differs from what was made';
  return [...named, statement({ text, in: 'node', restsOn: (site) => !isNamed(site) })];
}

function filterStatements(scene: Scene): Statement[] {
  const { hostEnd } = scene.attachment;
  const isFilter = (dev: string, direction: string) => (site: Site) =>
    site.object === 'filter' && site.dev === dev && site.direction === direction;
  const isSource = isFilter(hostEnd, 'ingress');
  const uplink = uplinkOf(scene);
  const about = (text: string, restsOn: Statement['restsOn']) => statement({ text, in: 'node', restsOn });
  return [
    // In a bridge the forwarding entry that no frame can move belongs to it.
    about('source filter in place', (site) => isSource(site) || site.object === 'fdb'),
    about('expose filter in place', isFilter(hostEnd, 'egress')),
    ...(uplink === undefined ? [] : [about('uplink filter in place', isFilter(uplink, 'ingress'))]),
  ];
}
