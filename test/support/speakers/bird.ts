/** BIRD 3. */
import type { Netns } from '../netns.ts';
import type { DaemonHost, Folder } from './daemon.ts';
import { isV6, type Peer, type Session, type Side, Speaker, type SpeakerConfig, timers } from './speaker.ts';

export class Bird extends Speaker {
  readonly make = 'BIRD';
  readonly #host: DaemonHost;
  readonly #socket: string;

  constructor(host: DaemonHost, netns: Netns, folder: Folder, config: SpeakerConfig) {
    const socket = folder.path('bird.ctl');
    const file = folder.write('bird.conf', configLines(config));
    super(config, host.start(netns, folder, ['/usr/sbin/bird', '-f', '-c', file, '-s', socket]));
    this.#host = host;
    this.#socket = socket;
  }

  async sessions(): Promise<Session[]> {
    const protocols = await this.#show('protocols');
    return Promise.all(
      this.config.peers.map(async ({ address }, i) => {
        const line = new RegExp(`^peer${i} +BGP +\\S+ +\\S+ +(\\d+) +(\\w+)`, 'm').exec(protocols);
        const state = line?.[2] ?? 'Idle';
        const established = state === 'Established';
        return {
          peer: address,
          state,
          since: established ? Number(line?.[1]) : undefined,
          received: established ? await this.#learned(i) : [],
        };
      }),
    );
  }

  async #learned(peer: number): Promise<string[]> {
    const routes = await this.#show(`route protocol peer${peer}`);
    return [...routes.matchAll(/^([0-9a-f.:]+\/\d+) /gm)].map(([, prefix = '']) => prefix);
  }

  /** Empty while the daemon does not answer. */
  async #show(what: string): Promise<string> {
    return (await this.#host.client(['birdc', '-s', this.#socket, '-r', `show ${what}`])) ?? '';
  }
}

function configLines({ routerId, asn, side, peers, announces }: SpeakerConfig): string[] {
  return [
    'log stderr all;',
    `router id ${routerId};`,
    // Seconds since 1970.
    'timeformat protocol "%s";',
    'protocol device { }',
    ...[4, 6].flatMap((family) => [
      `protocol static static${family} {`,
      `  ipv${family};`,
      ...announces.filter((p) => isV6(p) === (family === 6)).map((p) => `  route ${p} blackhole;`),
      '}',
    ]),
    ...peers.flatMap((peer, i) => [`protocol bgp peer${i} {`, ...peerLines(peer, asn, side).map((l) => `  ${l}`), '}']),
  ];
}

function peerLines({ address, asn, local, hops, password }: Peer, own: number, side: Side): string[] {
  const single = hops === 1;
  // In a pod with policy rules the address is a /32: that the neighbour is on the link must be said.
  const onlink = single && side.kind === 'rules';
  return [
    `local ${local} as ${own};`,
    `neighbor ${address}${onlink ? ' onlink' : ''} as ${asn};`,
    single ? 'direct;' : `multihop ${hops};`,
    ...(onlink ? [`interface "${side.interface}";`] : []),
    ...(side.kind === 'device' ? [`vrf "${side.vrf}";`] : []),
    // Listens on its own address only, instead of on every one of the pod's.
    'strict bind;',
    ...(password === undefined ? [] : ['authentication md5;', `password "${password}";`]),
    `keepalive time ${timers.keepalive};`,
    `hold time ${timers.hold};`,
    `connect delay time ${timers.connect};`,
    `connect retry time ${timers.connect};`,
    `error wait time ${timers.connect}, ${2 * timers.connect};`,
    `ipv${isV6(address) ? 6 : 4} { import all; export where source = RTS_STATIC; };`,
  ];
}
