/** GoBGP 4. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Netns } from '../netns.ts';
import type { DaemonHost, Folder } from './daemon.ts';
import { isV6, type Peer, type Session, type Side, Speaker, type SpeakerConfig, timers } from './speaker.ts';

/** By their number in GoBGP's API (PeerState.SessionState). */
const states = ['Idle', 'Idle', 'Connect', 'Active', 'OpenSent', 'OpenConfirm', 'Established'];

/** What `gobgp --json neighbor` prints of one, as far as we read it. */
interface Neighbor {
  conf: { neighbor_address: string };
  state: { session_state?: number };
  timers?: { state?: { uptime?: { seconds?: number } } };
}

/** What `gobgp --json global rib` prints of a path, by prefix, as far as we read it. */
interface Path {
  'peer-address': string;
}

export class GoBgp extends Speaker {
  readonly make = 'GoBGP';
  readonly #host: DaemonHost;
  readonly #target: string;
  readonly #announced: Promise<void>;

  constructor(host: DaemonHost, netns: Netns, folder: Folder, config: SpeakerConfig) {
    const target = `unix://${folder.path('gobgp.sock')}`;
    const file = folder.write('gobgpd.toml', configLines(config));
    const options = ['--log-plain', '--pprof-disable', '--metrics-path=', `--api-hosts=${target}`];
    super(config, host.start(netns, folder, ['/usr/bin/gobgpd', '-f', file, ...options]));
    this.#host = host;
    this.#target = target;
    this.#announced = this.#announce();
    this.#announced.catch(() => {});
  }

  async sessions(): Promise<Session[]> {
    await this.#announced;
    const neighbors: Neighbor[] = JSON.parse((await this.#ask('neighbor')) ?? '[]');
    return Promise.all(
      this.config.peers.map(async ({ address }) => {
        const found = neighbors.find(({ conf }) => conf.neighbor_address === address);
        const state = states[found?.state.session_state ?? 0] ?? 'Idle';
        const established = state === 'Established';
        return {
          peer: address,
          state,
          since: established ? found?.timers?.state?.uptime?.seconds : undefined,
          received: established ? await this.#learned(address) : [],
        };
      }),
    );
  }

  async #learned(peer: string): Promise<string[]> {
    // Not the neighbour's adj-in, which lists what was refused as well: our own prefixes that came back.
    const routes = await this.#ask('global', 'rib', '-a', familyOf(peer));
    const paths = Object.entries<Path[]>(JSON.parse(routes ?? '{}'));
    return paths.filter(([, list]) => list.some((path) => path['peer-address'] === peer)).map(([prefix]) => prefix);
  }

  /** Its configuration has no place for prefixes of its own. */
  async #announce(): Promise<void> {
    for (const prefix of this.config.announces) {
      const nextHop = this.config.peers.find(({ local }) => isV6(local) === isV6(prefix))?.local;
      if (nextHop === undefined) throw new Error(`GoBGP: no session of the family of ${prefix}`);
      const words = ['global', 'rib', 'add', prefix, '-a', familyOf(prefix), 'nexthop', nextHop];
      for (let tries = 0; (await this.#ask(...words)) === undefined; tries++) {
        if (tries === 100 || this.daemon.ended) throw new Error(`GoBGP takes no prefix\n${this.daemon.lastWords()}`);
        await sleep(100);
      }
    }
  }

  #ask(...words: string[]): Promise<string | undefined> {
    return this.#host.client(['gobgp', `--target=${this.#target}`, '--json', ...words]);
  }
}

const familyOf = (address: string) => (isV6(address) ? 'ipv6' : 'ipv4');

function configLines({ asn, routerId, side, peers }: SpeakerConfig): string[] {
  const listen = [...new Set(peers.map(({ local }) => local))];
  return [
    '[global.config]',
    `as = ${asn}`,
    `router-id = "${routerId}"`,
    'port = 179',
    `local-address-list = ${JSON.stringify(listen)}`,
    ...(side.kind === 'device' ? [`bind-to-device = "${side.vrf}"`] : []),
    ...peers.flatMap((peer) => peerLines(peer, side)),
  ];
}

function peerLines({ address, asn, local, hops, password }: Peer, side: Side): string[] {
  return [
    '[[neighbors]]',
    '[neighbors.config]',
    `neighbor-address = "${address}"`,
    `peer-as = ${asn}`,
    ...(password === undefined ? [] : [`auth-password = "${password}"`]),
    '[neighbors.transport.config]',
    `local-address = "${local}"`,
    ...(side.kind === 'device' ? [`bind-interface = "${side.vrf}"`] : []),
    '[neighbors.timers.config]',
    `connect-retry = ${timers.connect}`,
    `hold-time = ${timers.hold}`,
    `keepalive-interval = ${timers.keepalive}`,
    ...(hops === 1 ? [] : ['[neighbors.ebgp-multihop.config]', 'enabled = true', `multihop-ttl = ${hops}`]),
    '[[neighbors.afi-safis]]',
    '[neighbors.afi-safis.config]',
    `afi-safi-name = "${familyOf(address)}-unicast"`,
  ];
}
