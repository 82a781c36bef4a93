/** Statements that only a socket inside the pod can prove: nothing passes between its two interfaces, and each serves its own. */
import type { Site } from '../check-drift.ts';
import { clusterInterface } from '../desired.ts';
import { familyOf, plainAddress } from '../routes.ts';
import { fromCluster, fromCustomer, inPod, sentByPod, toCluster, toCustomer } from './pod-packets.ts';
import { clusterSamples, familiesOf, neighbourIn } from './samples.ts';
import { arrivesNowhereBut, leavesByNoneOf, type Scene, type Statement, statement } from './statement.ts';

export function podStatements(scene: Scene): Statement[] {
  return [...customerStatements(scene), ...clusterSide(scene), ...settings(scene)];
}

function customerStatements(scene: Scene): Statement[] {
  const { attachment, vrf, podAddresses } = scene;
  const { interface: dev } = attachment;
  const primary = clusterInterface(attachment) ?? 'cluster';
  const eth0 = (podAddresses ?? []).map(plainAddress);
  const own = attachment.addresses.map(plainAddress);
  const cluster = clusterTargets(scene);
  const inside = [dev, vrf.name];
  const closed = { in: 'pod', accepts: arrivesNowhereBut(inside), restsOn: isRouting } as const;
  const names = podAddresses === undefined ? [`pod ${primary}`] : eth0.map((address) => `pod ${primary} ${address}`);
  return [
    ...names.map((what, i) => {
      const [target] = eth0.slice(i, i + 1);
      const speaks = target !== undefined && familiesOf(attachment).includes(familyOf(target));
      return statement({
        ...closed,
        text: `from ${vrf.name}, ${what}: unreachable`,
        questions: target === undefined ? [] : fromCustomer(scene, [target]),
        control: speaks
          ? fromCustomer(
              scene,
              own.filter((address) => familyOf(address) === familyOf(target)),
            )
          : [],
      });
    }),
    statement({
      ...closed,
      text: `from ${vrf.name} through the pod → cluster: unreachable`,
      questions: fromCustomer(scene, cluster),
      restsOn: (site) => isRouting(site) || isForwarding(site),
    }),
    statement({
      ...closed,
      text: `pod → cluster default via ${dev}: unreachable`,
      questions: sentByPod(scene, cluster),
      // A look-up asks for a few addresses; a route by another interface may be for any.
      restsOn: (site) => isRouting(site) || (isRoute(site) && site.dev !== undefined && !inside.includes(site.dev)),
    }),
    statement({
      text: `pod ↔ ${vrf.name} by ${dev}: delivered`,
      serves: true,
      in: 'pod',
      questions: [...fromCustomer(scene, own), ...toCustomer(scene)],
      accepts: ({ type, dev: by }, { iif }) => (iif === dev ? type === 'local' : type === 'unicast' && by === dev),
      restsOn: (site) => isRouting(site) || isAddress(site),
      excludes: ['neighbour in pod'],
    }),
  ];
}

function clusterSide(scene: Scene): Statement[] {
  const { attachment, vrf, podAddresses } = scene;
  const { interface: dev } = attachment;
  const primary = clusterInterface(attachment);
  if (primary === undefined) return [];
  const eth0 = (podAddresses ?? []).map(plainAddress);
  const own = attachment.addresses.map(plainAddress);
  const outside = leavesByNoneOf([dev, vrf.name]);
  const onward = toCustomer(scene).map(({ to }) => to);
  return [
    statement({
      text: `from the cluster, pod ${dev}: unreachable`,
      in: 'pod',
      questions: fromCluster(scene, own),
      control: fromCluster(scene, eth0),
      accepts: arrivesNowhereBut([primary]),
      restsOn: isRouting,
    }),
    statement({
      text: `from the cluster through the pod → ${vrf.name}: unreachable`,
      in: 'pod',
      questions: [...fromCluster(scene, onward), ...onward.map((to) => inPod({ to, oif: primary }))],
      accepts: outside,
      restsOn: (site) => isRouting(site) || isForwarding(site),
    }),
    statement({
      text: `pod ↔ cluster by ${primary}: as without multivrf`,
      serves: true,
      in: 'pod',
      questions: [...fromCluster(scene, eth0), ...toCluster(scene)],
      // Other plugins (sbr) may leave nothing in the main table: what counts is that it does not go to the customer.
      accepts: (answer, question) => (question.iif === primary ? answer.type === 'local' : outside(answer, question)),
      restsOn: ({ in: place, object }) => place === 'pod' && object === 'local-rule',
    }),
  ];
}

function settings({ attachment, vrf }: Scene): Statement[] {
  const { interface: dev } = attachment;
  return [
    statement({ text: 'pod forwards nothing', in: 'pod', restsOn: isForwarding }),
    statement({
      text: `router advertisements from ${vrf.name}: ignored`,
      in: 'pod',
      restsOn: ({ in: place, path }) => place === 'pod' && path?.endsWith(`/${dev}/accept_ra`) === true,
    }),
  ];
}

/** Rules, the VRF device and the pod end; routes are judged by the look-ups. */
function isRouting({ in: place, object }: Site): boolean {
  return place === 'pod' && ['rule', 'local-rule', 'link'].includes(object);
}

const isRoute = ({ in: place, object }: Site) => place === 'pod' && object === 'route';
const isAddress = ({ in: place, object }: Site) => place === 'pod' && object === 'address';

function isForwarding({ in: place, path }: Site): boolean {
  return place === 'pod' && path !== undefined && /(ip_forward|all\/forwarding)$/.test(path);
}

/** Others in the pod's cluster network, the node, and others in the node's networks. */
function clusterTargets(scene: Scene): string[] {
  const neighbours = (scene.podAddresses ?? []).flatMap((prefix) => neighbourIn(prefix) ?? []);
  return [...new Set([...neighbours, ...scene.nodeAddresses, ...clusterSamples(scene)])];
}
