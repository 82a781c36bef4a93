/** The sessions, as the speakers themselves report them. */
import { converged, type Pair, type Peering, readSessions, wrongPrefixes } from '../bgp.ts';
import { providerAsn } from '../customers.ts';
import { type Check, line, say, section, table } from '../story.ts';

/** Waits for the sessions, tells of them, and returns them. */
export async function showSessions(peerings: readonly Peering[], check: Check): Promise<Pair[]> {
  section('BGP');
  line('every speaker is uid 65534, without any capability, with no_new_privs; as containerd does, the');
  line('pods have net.ipv4.ip_unprivileged_port_start = 0 (the default of its enable_unprivileged_ports)');
  say();
  await converged(peerings);
  const pairs = await readSessions(peerings);
  const now = Date.now() / 1000;
  const up = (since: number | undefined) => (since === undefined ? '-' : `${Math.max(0, Math.round(now - since))} s`);
  table(
    ['pod', 'speaker', 'router', '', 'session', 'up', 'hops', 'MD5', 'pod learned', 'router learned'],
    pairs.map(({ customer, family, md5, pod, router }) => [
      customer.pod,
      `${customer.speaker} AS ${providerAsn}`,
      `${customer.router} AS ${customer.asn}`,
      family,
      `${pod.state}/${router.state}`,
      up(pod.since),
      customer.mode === 'bridge' ? '1 (TTL 1)' : '2',
      md5 ? 'yes' : 'no',
      pod.received.join(' '),
      router.received.join(' '),
    ]),
  );
  say();
  check(
    pairs.every(({ pod, router }) => pod.state === 'Established' && router.state === 'Established'),
    'all sessions are Established at both ends',
  );
  check(
    wrongPrefixes(pairs).length === 0,
    [
      'each pod has the prefixes of its own customer and no other, though both announce 10.0.0.0/8',
      ...wrongPrefixes(pairs),
    ].join('; '),
  );
  const { pod } = peerings[0]!;
  const rights = peerings.flatMap((one) => [
    one.pod.status('CapEff'),
    one.pod.status('CapBnd'),
    one.pod.status('NoNewPrivs'),
  ]);
  check(
    rights.join() === peerings.map(() => `${'0'.repeat(16)},${'0'.repeat(16)},1`).join(),
    `/proc says so: Uid ${pod.status('Uid').split('\t')[0]}, CapEff 0, CapBnd 0, NoNewPrivs 1`,
  );
  return pairs;
}
