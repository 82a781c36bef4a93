/** The isolation probes: who must not reach what, by which way, and the proof that the probe could have been answered. */
import type { Netns } from '../../test/support/netns.ts';
import { probe, type Target } from '../../test/support/probe.ts';
import { plan } from './customers.ts';
import type { Customer, RunningPod, Stage } from './scene.ts';
import { ports } from './services.ts';

/** One kind of probe: from one place, by one way, to several targets. */
export interface Row {
  from: string;
  by: string;
  to: string;
  probes: number;
  answered: Target[];
}

/** Targets that must answer somebody, else it means nothing that they do not answer others. */
export interface Control {
  from: string;
  to: string;
  probes: number;
  silent: Target[];
}

interface Group {
  to: string;
  targets: Target[];
}

const echo = (addresses: readonly string[]): Target[] => addresses.map((address) => ({ address }));
const tcp = (addresses: readonly string[], port: number): Target[] => addresses.map((address) => ({ address, port }));

function nodeGroups({ nodeAddresses }: Stage): Group[] {
  return [
    { to: 'node address', targets: echo(nodeAddresses) },
    { to: `node service *:${ports.node}`, targets: tcp(nodeAddresses, ports.node) },
  ];
}

function podGroup({ name, eth0 }: RunningPod): Group {
  return { to: `cluster eth0 of ${name}`, targets: [...echo(eth0), ...tcp(eth0, ports.pod)] };
}

const hostsOf = ({ plan: { vrf, hosts } }: Customer): Group => ({ to: `hosts of ${vrf}`, targets: echo(hosts) });

/** The same targets, asked by those who may: the cluster asks the cluster, a pod its own customer, a customer its own pod. */
export async function control(stage: Stage, pods: readonly RunningPod[]): Promise<Control[]> {
  const { ordinary, customers } = stage;
  const ask = async (from: string, netns: Netns, { to, targets }: Group, device?: string): Promise<Control> => {
    const answers = await probe(netns, targets, device);
    return { from, to, probes: targets.length, silent: targets.filter((_, i) => !answers[i]) };
  };
  return Promise.all([
    ...[...nodeGroups(stage), ...pods.map(podGroup)].map((group) => ask(`pod ${ordinary.name}`, ordinary.netns, group)),
    ...customers.map((customer, i) => ask(`pod ${pods[i]!.name}`, pods[i]!.netns, hostsOf(customer), 'net1')),
    ...customers.map((customer, i) => {
      const group = { to: `${pods[i]!.name}, exposed icmp`, targets: echo(plan.pod) };
      return ask(customer.plan.vrf, customer.router, group);
    }),
  ]);
}

/**
 * How many echo requests have arrived at node, pods and customers so far. A request that gets there is a leak
 * even when the answer does not find its way back.
 */
export async function echoesArrived(
  { node, customers, ordinary }: Stage,
  pods: readonly RunningPod[],
): Promise<number> {
  const everybody = [node, ordinary.netns, ...pods.map(({ netns }) => netns), ...customers.map(({ router }) => router)];
  const counts = everybody.map(async (netns) => {
    const text = await netns.run('cat', ['/proc/net/snmp', '/proc/net/snmp6']);
    const [, names = '', values = ''] = /^Icmp: (.*)\nIcmp: (.*)$/m.exec(text) ?? [];
    const v4 = values.split(' ')[names.split(' ').indexOf('InEchos')];
    const v6 = /^Icmp6InEchos\s+(\d+)$/m.exec(text)?.[1];
    if (v4 === undefined || v6 === undefined) throw new Error(`no count of echo requests in ${netns.name}`);
    return Number(v4) + Number(v6);
  });
  return (await Promise.all(counts)).reduce((total, count) => total + count, 0);
}

/** Everything that must stay silent. */
export async function attack(stage: Stage, pods: readonly RunningPod[]): Promise<Row[]> {
  const rows = await Promise.all([
    ...stage.customers.map((customer, i) => fromCustomer(stage, customer, stage.customers[1 - i]!, pods)),
    ...pods.map((pod, i) => fromPod(stage, pod, pods[1 - i]!, stage.customers[1 - i]!)),
  ]);
  return rows.flat();
}

async function send(from: string, netns: Netns, by: string, groups: readonly Group[], device?: string): Promise<Row[]> {
  const answers = await probe(
    netns,
    groups.flatMap(({ targets }) => targets),
    device,
  );
  return groups.map(({ to, targets }) => {
    const own = answers.splice(0, targets.length);
    return { from, by, to, probes: targets.length, answered: targets.filter((_, i) => own[i]) };
  });
}

/** The customer points its router at whatever might let it in: the pod, the node, the wire itself. */
async function fromCustomer(stage: Stage, own: Customer, other: Customer, pods: readonly RunningPod[]): Promise<Row[]> {
  const { vrf, mode } = own.plan;
  const beyond = [...nodeGroups(stage), ...pods.map(podGroup), hostsOf(other)];
  const ways = [
    { by: 'routed at the pod', via: plan.pod },
    ...(mode === 'routed' ? [{ by: 'routed at the node', via: plan.uplink }] : []),
    { by: 'on the wire', via: undefined },
  ];
  const rows: Row[] = [];
  for (const { by, via } of ways) {
    await pointRoutes(own.router, beyond, via);
    rows.push(...(await send(vrf, own.router, by, beyond)));
  }
  const near: Group[] = [
    { to: `pod's service *:${ports.pod}`, targets: tcp(plan.pod, ports.pod) },
    ...(mode === 'routed' ? [{ to: `node service *:${ports.node}`, targets: tcp(plan.uplink, ports.node) }] : []),
  ];
  return [...rows, ...(await send(vrf, own.router, 'its own VRF', near))];
}

async function pointRoutes(router: Netns, groups: readonly Group[], via: readonly string[] | undefined): Promise<void> {
  const addresses = new Set(groups.flatMap(({ targets }) => targets.map(({ address }) => address)));
  const lines = [...addresses].map((address) => {
    const v6 = address.includes(':');
    const next = via ? `via ${via[v6 ? 1 : 0]} dev eth0 onlink` : 'dev eth0';
    return `route replace ${address}/${v6 ? 128 : 32} ${next}`;
  });
  await router.run('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
}

/** The pod tries its interface in the VRF for what is in the cluster, and eth0 for what is the customers'. */
async function fromPod(stage: Stage, pod: RunningPod, other: RunningPod, foreign: Customer): Promise<Row[]> {
  const inside = [...nodeGroups(stage), podGroup(other), hostsOf(foreign)];
  const [bound, unbound] = await Promise.all([
    send(`pod ${pod.name}`, pod.netns, 'net1', inside, 'net1'),
    send(`pod ${pod.name}`, pod.netns, 'eth0', stage.customers.map(hostsOf), 'eth0'),
  ]);
  return [...bound, ...unbound];
}
