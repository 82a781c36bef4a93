/** Statements about what must arrive: what isolates an attachment by cutting it off is no isolation. */
import type { Site } from '../check-drift.ts';
import { gateway4, gateway6, vrfPlace } from '../desired.ts';
import { familyOf, plainAddress } from '../routes.ts';
import { carriersOf, fromHostEnd, fromHostEndToNeighbour, fromUplink, fromUplinkToPod, uplinkOf } from './packets.ts';
import { either, ofHostEnd } from './rests-on.ts';
import { familiesOf } from './samples.ts';
import { type Scene, type Statement, statement } from './statement.ts';

export function carriageStatements(scene: Scene): Statement[] {
  return [carried(scene), ...(scene.vrf.mode === 'routed' ? [nodeInVrf(scene)] : [])];
}

/** Routed: by look-ups in both directions. In a bridge: the ports and the pod's forwarding entry. */
function carried(scene: Scene): Statement {
  const { attachment, vrf } = scene;
  const own = attachment.addresses.map(plainAddress);
  const uplink = uplinkOf(scene);
  const peer = uplink === undefined ? `other pods of ${vrf.name}` : vrf.name;
  return statement({
    text: `${peer} ↔ pod ${own.join(', ')}: carried by the node`,
    serves: true,
    in: 'node',
    questions: [...fromUplinkToPod(scene), ...fromHostEndToNeighbour(scene)],
    accepts: ({ type, dev }, { iif }) =>
      type === 'unicast' && dev === (iif === attachment.hostEnd ? uplink : attachment.hostEnd),
    restsOn: isCarriage(scene),
    excludes: ['neighbour on node'],
  });
}

const carrying: readonly Site['object'][] = ['namespace', 'link', 'moved-link', 'link-settings', 'address', 'fdb'];

function isCarriage(scene: Scene): Statement['restsOn'] {
  const { attachment, vrf } = scene;
  const devices = new Set([...carriersOf(scene), attachment.hostEnd]);
  return ({ object, in: at, dev }) =>
    at === vrfPlace(vrf) && carrying.includes(object) && (dev === undefined || devices.has(dev));
}

/** The node as the VRF's router: it has those addresses, and the filters of both sides let in no service. */
function nodeInVrf(scene: Scene): Statement {
  const { attachment, vrf } = scene;
  const uplink = uplinkOf(scene);
  const own = (vrf.uplink?.addresses ?? []).map(plainAddress);
  const families = familiesOf(attachment);
  // A link-local destination is looked up with its interface alone.
  const gateways = [gateway4, gateway6].filter((one) => families.includes(familyOf(one)));
  const isUplinkFilter = ({ object, dev, direction }: Site) =>
    object === 'filter' && dev !== undefined && dev === uplink && direction === 'ingress';
  return statement({
    text: `${vrf.name} and pod → node at ${[...own, ...gateways].join(', ')}: ARP, ND and echo only`,
    in: 'node',
    questions: [...fromUplink(scene, own), ...fromHostEnd(scene, [...own, gateway4])],
    accepts: ({ type }) => type === 'local',
    restsOn: either(isUplinkFilter, ofHostEnd(scene)),
  });
}
