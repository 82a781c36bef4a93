/** Statements that the node alone can prove: what a customer, and a pod by its second interface, reach there. */
import type { Site } from '../check-drift.ts';
import { vrfPlace } from '../desired.ts';
import type { Family } from '../kernel-object.ts';
import { uplinkDevice } from '../names.ts';
import { familyOf, plainAddress } from '../routes.ts';
import { customerAddress } from './samples.ts';
import type { Question, Scene, Statement } from './statement.ts';

/** Of so many node addresses each gets a statement of its own: a node with thousands of service addresses has one for the rest. */
const mostNamed = 32;

export function nodeStatements(scene: Scene): Statement[] {
  const { vrf, attachment, others, nodeAddresses } = scene;
  const own = new Set((vrf.uplink?.addresses ?? []).map(plainAddress));
  // What the customer has to reach under its own address, others may have as well.
  const notOwn = (addresses: readonly string[]) => addresses.filter((address) => !own.has(address));
  const node = notOwn(nodeAddresses);
  const rest = node.slice(mostNamed);
  const about = statementsOver(scene);
  const fromCustomer = (what: string, addresses: readonly string[]) =>
    about(`from ${vrf.name}, ${what}: unreachable`, uplinkQuestions(scene, addresses), uplinkControl(scene));
  return [
    ...(vrf.uplink
      ? [
          ...node.slice(0, mostNamed).map((address) => fromCustomer(`node address ${address}`, [address])),
          ...(rest.length > 0 ? [fromCustomer(`${rest.length} more node addresses`, rest)] : []),
          ...others.map(({ name, addresses }) => fromCustomer(name, notOwn(addresses))),
        ]
      : []),
    about(
      `pod → node by ${attachment.interface}: unreachable`,
      hostEndQuestions(scene, node),
      hostEndControl(scene),
      true,
    ),
  ];
}

/** What all of them have in common. */
function statementsOver({ vrf, attachment, siblings }: Scene) {
  const place = vrfPlace(vrf);
  const uplink = vrf.uplink && uplinkDevice(vrf.uplink.interface, vrf.uplink.vlan);
  const hostEnds = siblings.map(({ hostEnd }) => hostEnd);
  const carriers = new Set([vrf.name, ...(uplink === undefined ? [] : [uplink])]);
  // Routes are judged by the look-ups.
  const isOfVrf = ({ object, in: at, dev }: Site): boolean =>
    at === place &&
    (['namespace', 'rule', 'local-rule'].includes(object) ||
      (dev !== undefined && carriers.has(dev) && object !== 'route'));
  // What the pod receives by its host end, and who its neighbours send to, is another statement.
  const isOfHostEnd = ({ object, dev, direction }: Site): boolean =>
    dev === attachment.hostEnd && object !== 'route' && object !== 'fdb' && direction !== 'egress';
  return (text: string, questions: Question[], control: Question[], fromPod = false): Statement => ({
    text,
    in: 'node',
    questions,
    control,
    within: new Set([...carriers, ...hostEnds]),
    restsOn: (site) => isOfVrf(site) || (fromPod && isOfHostEnd(site)),
    onNoIntruder: true,
  });
}

const byFamily = (addresses: readonly string[], family: Family) =>
  addresses.filter((address) => familyOf(address) === family);

/**
 * Packets that come in by the uplink. In bridge mode the node routes nothing there: the segment's drop-all filters keep
 * its stack away, and a look-up would tell of a way that no packet comes to.
 */
function uplinkQuestions(scene: Scene, addresses: readonly string[]): Question[] {
  const { vrf, attachment } = scene;
  const { uplink } = vrf;
  if (vrf.mode === 'bridge' || !uplink) return [];
  const iif = uplinkDevice(uplink.interface, uplink.vlan);
  return addresses.map((to) => {
    const family = familyOf(to);
    return { in: vrfPlace(vrf), family, to, from: customerAddress(attachment, vrf, family), iif };
  });
}

function uplinkControl(scene: Scene): Question[] {
  const speaks = new Set((scene.vrf.uplink?.addresses ?? []).map(familyOf));
  return uplinkQuestions(
    scene,
    scene.attachment.addresses.map(plainAddress).filter((address) => speaks.has(familyOf(address))),
  );
}

/** Packets that come in from the pod. */
function hostEndQuestions({ vrf, attachment }: Scene, targets: readonly string[]): Question[] {
  if (vrf.mode === 'bridge') return [];
  return ([4, 6] as const).flatMap((family) => {
    const [from] = byFamily(attachment.addresses.map(plainAddress), family);
    if (from === undefined) return [];
    return byFamily(targets, family).map((to) => ({ in: vrfPlace(vrf), family, to, from, iif: attachment.hostEnd }));
  });
}

/** Towards a neighbour on the uplink, where there is one. */
function hostEndControl(scene: Scene): Question[] {
  const { vrf, attachment } = scene;
  const families = new Set((vrf.uplink?.addresses ?? []).map(familyOf));
  return hostEndQuestions(
    scene,
    [...families].map((family) => customerAddress(attachment, { ...vrf, routes: [] }, family)),
  );
}
