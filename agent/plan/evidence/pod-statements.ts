/** Statements that only a socket inside the pod can prove: nothing passes between its two interfaces. */
import type { Site } from '../check-drift.ts';
import { clusterInterface } from '../desired.ts';
import { familyOf, plainAddress } from '../routes.ts';
import { customerAddress, familiesOf, neighbourIn } from './samples.ts';
import type { Question, Scene, Statement } from './statement.ts';

export function podStatements(scene: Scene): Statement[] {
  const { attachment, vrf, podAddresses } = scene;
  const { interface: dev } = attachment;
  const primary = clusterInterface(attachment) ?? 'cluster';
  const eth0 = (podAddresses ?? []).map(plainAddress);
  const own = attachment.addresses.map(plainAddress);
  const cluster = clusterTargets(scene);
  const inside = [dev, vrf.name];
  const fromCustomer = (to: string): Question => received(to, customerAddress(attachment, vrf, familyOf(to)), dev);
  const about = (text: string, questions: Question[], control: Question[], within: string[]): Statement => ({
    text,
    in: 'pod',
    questions,
    control,
    within: new Set(within),
    restsOn: isRouting,
    onNoIntruder: false,
  });
  return [
    ...(podAddresses === undefined ? [`pod ${primary}`] : eth0.map((address) => `pod ${primary} ${address}`)).map(
      (what, i) => {
        const [target] = eth0.slice(i, i + 1);
        const speaks = target !== undefined && familiesOf(attachment).includes(familyOf(target));
        return about(
          `from ${vrf.name}, ${what}: unreachable`,
          target === undefined ? [] : [fromCustomer(target)],
          speaks ? own.filter((address) => familyOf(address) === familyOf(target)).map(fromCustomer) : [],
          inside,
        );
      },
    ),
    {
      ...about(`from ${vrf.name} through the pod → cluster: unreachable`, cluster.map(fromCustomer), [], inside),
      restsOn: (site) => isRouting(site) || isForwarding(site),
    },
    about(`pod → cluster default via ${dev}: unreachable`, sentQuestions(scene, cluster), [], inside),
    about(`from the cluster, pod ${dev}: unreachable`, fromCluster(scene, own), fromCluster(scene, eth0), [primary]),
    { ...about('pod forwards nothing', [], [], []), restsOn: isForwarding },
    {
      ...about(`router advertisements from ${vrf.name}: ignored`, [], [], []),
      restsOn: ({ in: place, path }) => place === 'pod' && path?.endsWith(`/${dev}/accept_ra`) === true,
    },
  ];
}

function received(to: string, from: string, iif: string): Question {
  return { in: 'pod', family: familyOf(to), to, from, iif };
}

/** Rules, the VRF device and the pod end; routes are judged by the look-ups. */
function isRouting({ in: place, object }: Site): boolean {
  return place === 'pod' && ['rule', 'local-rule', 'link'].includes(object);
}

function isForwarding({ in: place, path }: Site): boolean {
  return place === 'pod' && path !== undefined && /(ip_forward|all\/forwarding)$/.test(path);
}

/** Others in the cluster network, and the node. */
function clusterTargets({ podAddresses, nodeAddresses }: Scene): string[] {
  const neighbours = (podAddresses ?? []).flatMap((prefix) => neighbourIn(prefix) ?? []);
  return [...new Set([...neighbours, ...nodeAddresses])];
}

/** What a socket bound to the pod end sends, or to its VRF device; of policy rules also one bound to the address alone. */
function sentQuestions({ attachment, vrf }: Scene, targets: readonly string[]): Question[] {
  const { interface: dev, pod, addresses } = attachment;
  return targets.flatMap((to): Question[] => {
    const family = familyOf(to);
    const from = addresses.map(plainAddress).find((address) => familyOf(address) === family);
    if (from === undefined) return [];
    const bound = (pod.kind === 'device' ? [dev, vrf.name] : [dev]).map((oif) => ({ oif }));
    return [...bound, ...(pod.kind === 'rules' ? [{}] : [])].map((by) => ({ in: 'pod', family, to, from, ...by }));
  });
}

/** Packets that come in by the cluster's interface. */
function fromCluster({ attachment, podAddresses }: Scene, targets: readonly string[]): Question[] {
  return targets.flatMap((to) => {
    const network = (podAddresses ?? []).find((prefix) => familyOf(prefix) === familyOf(to));
    const from = network === undefined ? undefined : neighbourIn(network);
    const iif = clusterInterface(attachment);
    return from === undefined || iif === undefined ? [] : [received(to, from, iif)];
  });
}
