/** FRR 10: bgpd alone, since zebra does not start without capabilities. */
import type { Netns } from '../netns.ts';
import type { DaemonHost, Folder } from './daemon.ts';
import { isV6, type Peer, type Session, Speaker, type SpeakerConfig, timers } from './speaker.ts';

/** What `show bgp neighbors json` prints of one, as far as we read it. */
interface Neighbor {
  bgpState: string;
  bgpTimerUpEstablishedEpoch?: number;
}

export class Frr extends Speaker {
  readonly make = 'FRR';
  readonly #host: DaemonHost;
  readonly #vty: string;

  constructor(host: DaemonHost, netns: Netns, folder: Folder, config: SpeakerConfig) {
    // It binds to VRF devices that zebra tells it of.
    if (config.side.kind === 'device') throw new Error(`FRR without zebra cannot enter VRF device ${config.side.vrf}`);
    const file = folder.write('bgpd.conf', configLines(config));
    const listen = [...new Set(config.peers.map(({ local }) => local))].flatMap((address) => ['-l', address]);
    // -S: no change of user; -Z: no zebra; -n: nothing into the kernel; -P 0: no telnet.
    const files = ['-f', file, '-i', folder.path('bgpd.pid'), '--vty_socket', folder.inside];
    super(config, host.start(netns, folder, ['/usr/lib/frr/bgpd', '-S', '-Z', '-n', '-P', '0', ...listen, ...files]));
    this.#host = host;
    this.#vty = folder.inside;
  }

  async sessions(): Promise<Session[]> {
    const neighbors = await this.#show<Record<string, Neighbor>>('bgp neighbors json');
    return Promise.all(
      this.config.peers.map(async ({ address }) => {
        const found = neighbors?.[address];
        const established = found?.bgpState === 'Established';
        return {
          peer: address,
          state: found?.bgpState ?? 'Idle',
          since: established ? found.bgpTimerUpEstablishedEpoch : undefined,
          received: established ? await this.#learned(address) : [],
        };
      }),
    );
  }

  async #learned(peer: string): Promise<string[]> {
    const what = `bgp ipv${isV6(peer) ? 6 : 4} unicast neighbors ${peer} routes json`;
    const answer = await this.#show<{ routes?: Record<string, unknown> }>(what);
    return Object.keys(answer?.routes ?? {});
  }

  /** Undefined while the daemon does not answer. */
  async #show<T>(what: string): Promise<T | undefined> {
    const text = await this.#host.client(['vtysh', '--vty_socket', this.#vty, '-d', 'bgpd', '-c', `show ${what}`]);
    return text?.startsWith('{') ? JSON.parse(text) : undefined;
  }
}

function configLines({ asn, routerId, peers, announces }: SpeakerConfig): string[] {
  return [
    'log stdout',
    `router bgp ${asn}`,
    `bgp router-id ${routerId}`,
    'no bgp default ipv4-unicast',
    'no bgp ebgp-requires-policy',
    'no bgp network import-check',
    `timers bgp ${timers.keepalive} ${timers.hold}`,
    ...peers.flatMap(peerLines),
    ...[4, 6].flatMap((family) => [
      `address-family ipv${family} unicast`,
      ...peers.filter(({ address }) => isV6(address) === (family === 6)).map((p) => `neighbor ${p.address} activate`),
      ...announces.filter((prefix) => isV6(prefix) === (family === 6)).map((prefix) => `network ${prefix}`),
      'exit-address-family',
    ]),
  ];
}

function peerLines({ address, asn, local, hops, password }: Peer): string[] {
  return [
    `remote-as ${asn}`,
    `update-source ${local}`,
    `timers connect ${timers.connect}`,
    // Which networks are connected only zebra knows.
    ...(hops === 1 ? ['disable-connected-check'] : [`ebgp-multihop ${hops}`]),
    ...(password === undefined ? [] : [`password ${password}`]),
  ].map((words) => `neighbor ${address} ${words}`);
}
