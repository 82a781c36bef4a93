/** Statements about the node's main table: it leads into no VRF, and serves the cluster as it did. */
import { contains, parseAddress, parsePrefix } from '../../../common/addresses.ts';
import type { Family } from '../kernel-object.ts';
import { familyOf, plainAddress } from '../routes.ts';
import { interfacesOf } from './packets.ts';
import { either, ofHostEnd, ofVrf, unfiltered } from './rests-on.ts';
import { customerAddress, familiesOf, neighbourIn } from './samples.ts';
import { leavesByNoneOf, type Question, type Scene, type Statement, statement } from './statement.ts';

export function clusterStatements(scene: Scene): Statement[] {
  const { vrf } = scene;
  const main = either(unfiltered(either(ofVrf(scene), ofHostEnd(scene))), ofSegmentFilters(scene));
  const served = nodeQuestions(scene);
  return [
    statement({
      text: `from node and cluster, ${vrf.name}: unreachable`,
      in: 'node',
      questions: intoVrf(scene),
      accepts: leavesByNoneOf(interfacesOf(scene)),
      restsOn: main,
      excludes: ['interface', 'way in'],
    }),
    ...(served.length > 0
      ? [
          statement({
            text: 'from cluster, node: as without multivrf',
            serves: true,
            in: 'node',
            questions: served,
            accepts: ({ type }) => type === 'local',
            restsOn: ({ object, in: at }) => at === 'node' && object === 'local-rule',
          }),
        ]
      : []),
  ];
}

/** Of a bridge: what keeps the node's stack from sending there. */
function ofSegmentFilters({ vrf }: Scene): Statement['restsOn'] {
  return ({ object, dev }) => vrf.mode === 'bridge' && object === 'filter' && dev === vrf.name;
}

/** From so many networks packets are asked for: one of each interface that pods and other machines are behind. */
const mostSources = 4;

/** What the node itself sends, and what it forwards for its networks, to the pod and to somebody of the customer's. */
function intoVrf({ attachment, vrf, nodeNetworks, nodeAddresses }: Scene): Question[] {
  const targets = [
    ...attachment.addresses.map(plainAddress),
    ...familiesOf(attachment).map((family) => customerAddress(attachment, vrf, family)),
  ];
  const sources = (family: Family) =>
    nodeNetworks
      .filter(({ to }) => familyOf(to) === family)
      .slice(0, mostSources)
      .flatMap(({ to, dev }): Pick<Question, 'from' | 'iif'>[] => {
        const from = neighbourIn(to, nodeAddresses);
        return from === undefined ? [] : [{ from, iif: dev }];
      });
  return targets.flatMap((to) =>
    [{}, ...sources(familyOf(to))].map((by): Question => ({ in: 'node', family: familyOf(to), to, ...by })),
  );
}

/** To an address of its own of each family. Those beside its networks may be in a VRF of somebody else's. */
function nodeQuestions({ nodeAddresses, nodeNetworks }: Scene): Question[] {
  return ([4, 6] as const).flatMap((family) => {
    const to = nodeAddresses.find((address) => familyOf(address) === family && isIn(address, nodeNetworks));
    return to === undefined ? [] : [{ in: 'node', family, to }];
  });
}

function isIn(address: string, networks: Scene['nodeNetworks']): boolean {
  const { family, address: number } = parseAddress(address);
  return networks.some(({ to }) => contains(parsePrefix(to), family, number));
}
