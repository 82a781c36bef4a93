/** The BGP sessions between each pod and its customer's router, as both ends report them. */
import { hasVrfDevices } from '../../test/support/kernel.ts';
import { isUnbroken } from '../../test/support/speakers/speaker.ts';
import type { Peer, Session, Side, Speaker, Speakers } from '../../test/support/speakers.ts';
import { type CustomerPlan, plan, providerAsn } from './customers.ts';
import type { Customer, RunningPod } from './scene.ts';

/** The two ends of a customer's sessions. */
export interface Peering {
  customer: CustomerPlan;
  pod: Speaker;
  router: Speaker;
}

/** One session from both ends. */
export interface Pair {
  customer: CustomerPlan;
  family: 'ipv4' | 'ipv6';
  md5: boolean;
  pod: Session;
  router: Session;
}

/** Starts the speaker in the pod and the one on the customer's router. */
export async function startPeering(
  speakers: Speakers,
  { plan: customer, router }: Customer,
  pod: RunningPod,
): Promise<Peering> {
  const { vrf, asn, announces } = customer;
  // An ordinary routing daemon binds to the VRF device of its pod, or to the interface where there is no such device.
  const side: Side = hasVrfDevices() ? { kind: 'device', vrf } : { kind: 'rules', interface: 'net1' };
  const [atPod, atRouter] = await Promise.all([
    speakers.start(customer.speaker, pod.netns, pod.name, {
      asn: providerAsn,
      routerId: plan.pod[0],
      side,
      peers: peers(customer, plan.router, plan.pod, asn),
      announces: plan.service,
    }),
    speakers.start(customer.router, router, router.name, {
      asn,
      routerId: plan.router[0],
      side: { kind: 'main' },
      peers: peers(customer, plan.pod, plan.router, providerAsn),
      announces,
    }),
  ]);
  return { customer, pod: atPod, router: atRouter };
}

function peers(customer: CustomerPlan, remote: readonly string[], local: readonly string[], asn: number): Peer[] {
  const { mode, password } = customer;
  return remote.map((address, i) => ({
    address,
    local: local[i]!,
    asn,
    hops: mode === 'bridge' ? 1 : 2,
    ...(i === 0 && password !== undefined ? { password } : {}),
  }));
}

/** Waits until all sessions are up and have brought prefixes; throws with the speakers' own words when they do not. */
export async function converged(peerings: readonly Peering[]): Promise<void> {
  await Promise.all(peerings.flatMap(({ pod, router }) => [pod.converged(), router.converged()]));
}

/** All sessions as they are now. */
export async function readSessions(peerings: readonly Peering[]): Promise<Pair[]> {
  const lists = peerings.map(async ({ customer, pod, router }) => {
    const [atPod, atRouter] = await Promise.all([pod.sessions(), router.sessions()]);
    return atPod.map((session, i): Pair => {
      const family = session.peer.includes(':') ? 'ipv6' : 'ipv4';
      return {
        customer,
        family,
        md5: family === 'ipv4' && customer.password !== undefined,
        pod: session,
        router: atRouter[i]!,
      };
    });
  });
  return (await Promise.all(lists)).flat();
}

/** The sessions that are not the ones they were, by end. */
export function brokenSessions(before: readonly Pair[], after: readonly Pair[]): string[] {
  const told = (who: string, old: Session, now: Session) =>
    isUnbroken(old, now) ? [] : [`${who} with ${now.peer} is ${now.state} since ${now.since}, was since ${old.since}`];
  return before.flatMap(({ customer, pod, router }, i) => [
    ...told(customer.pod, pod, after[i]!.pod),
    ...told(`router of ${customer.vrf}`, router, after[i]!.router),
  ]);
}

/** What is wrong with the prefixes: every customer learns what its pod announces, and each pod what its customer announces and nothing else. */
export function wrongPrefixes(pairs: readonly Pair[]): string[] {
  const ofFamily = (list: readonly string[], family: Pair['family']) =>
    list.filter((p) => p.includes(':') === (family === 'ipv6'));
  const differ = (got: readonly string[], wanted: readonly string[]) =>
    [...got].sort().join() !== [...wanted].sort().join();
  return pairs.flatMap(({ customer, family, pod, router }) => [
    ...(differ(pod.received, ofFamily(customer.announces, family)) ? [`${customer.pod} learned ${pod.received}`] : []),
    ...(differ(router.received, ofFamily(plan.service, family)) ? [`${customer.vrf} learned ${router.received}`] : []),
  ]);
}
