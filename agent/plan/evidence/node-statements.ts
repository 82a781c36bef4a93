/** Statements that the node alone can prove: what a customer, and a pod by its second interface, must not reach there. */
import { fromHostEnd, fromHostEndToCustomer, fromUplink, fromUplinkToPod, interfacesOf, notOwn } from './packets.ts';
import { either, ofHostEnd, ofVrf } from './rests-on.ts';
import { clusterSamples } from './samples.ts';
import { arrivesNowhereBut, type Scene, type Statement, statement } from './statement.ts';

/** Of so many node addresses each gets a statement of its own: a node with thousands of service addresses has one for the rest. */
const mostNamed = 32;

const loopback = ['127.0.0.1', '::1'];

export function nodeStatements(scene: Scene): Statement[] {
  return [...(scene.vrf.uplink ? fromCustomer(scene) : []), ...fromPod(scene)];
}

function fromCustomer(scene: Scene): Statement[] {
  const { vrf, others, nodeAddresses } = scene;
  const node = notOwn(scene, nodeAddresses);
  const rest = node.slice(mostNamed);
  const about = (what: string, targets: readonly string[], leaks = false) =>
    statement({
      text: `from ${vrf.name}, ${what}: unreachable`,
      in: 'node',
      questions: fromUplink(scene, notOwn(scene, targets)),
      control: fromUplinkToPod(scene),
      accepts: arrivesNowhereBut(interfacesOf(scene)),
      restsOn: ofVrf(scene),
      excludes: leaks ? ['interface', 'way out'] : ['interface'],
    });
  return [
    ...node.slice(0, mostNamed).map((address) => about(`node address ${address}`, [address])),
    ...(rest.length > 0 ? [about(`${rest.length} more node addresses`, rest)] : []),
    // Groups and the pods' gateway are the filters' affair: a look-up would tell what they keep from being asked.
    about(`the node's loopback, multicast and broadcast${vrf.mode === 'routed' ? ', the gateway' : ''}`, loopback),
    about("the node's networks", clusterSamples(scene), true),
    ...others.map(({ name, addresses }) => about(name, addresses, true)),
  ];
}

function fromPod(scene: Scene): Statement[] {
  const { attachment, nodeAddresses } = scene;
  const about = (what: string, targets: readonly string[], leaks = false) =>
    statement({
      text: `pod → ${what} by ${attachment.interface}: unreachable`,
      in: 'node',
      questions: fromHostEnd(scene, notOwn(scene, targets)),
      control: fromHostEndToCustomer(scene),
      accepts: arrivesNowhereBut(interfacesOf(scene)),
      restsOn: either(ofVrf(scene), ofHostEnd(scene)),
      excludes: leaks ? ['interface', 'way out'] : ['interface'],
    });
  const others = ["the node's networks", ...(scene.others.length > 0 ? ['other VRFs'] : [])].join(' and ');
  const addresses = scene.others.flatMap((other) => other.addresses);
  return [
    about('node', [...nodeAddresses, ...loopback]),
    about(others, [...clusterSamples(scene), ...addresses], true),
  ];
}
