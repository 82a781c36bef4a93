/** BGP speakers of several makes, each an ordinary unprivileged process in a pod or a customer's router. */
import type { Netns } from './netns.ts';
import { Bird } from './speakers/bird.ts';
import { DaemonHost } from './speakers/daemon.ts';
import { Frr } from './speakers/frr.ts';
import { GoBgp } from './speakers/gobgp.ts';
import type { Make, Speaker, SpeakerConfig } from './speakers/speaker.ts';

export type { Make, Peer, Session, Side, Speaker, SpeakerConfig } from './speakers/speaker.ts';

const makes = { BIRD: Bird, GoBGP: GoBgp, FRR: Frr } as const;

export class Speakers {
  readonly #host: DaemonHost;

  private constructor(host: DaemonHost) {
    this.#host = host;
  }

  /** Finds the daemons; on a machine that has no root file system for them yet it is made, in half a minute. */
  static async open(): Promise<Speakers> {
    return new Speakers(await DaemonHost.open());
  }

  /** Starts a speaker inside `netns`. `name` is its own among those of this object. */
  async start(make: Make, netns: Netns, name: string, config: SpeakerConfig): Promise<Speaker> {
    // containerd 2 and CRI-O set it so in every pod (enable_unprivileged_ports); BGP's port is 179.
    await netns.setSysctl('net/ipv4/ip_unprivileged_port_start', 0);
    return new makes[make](this.#host, netns, this.#host.folder(name), config);
  }

  /** Removes the daemons' files. The daemons themselves end with their namespaces. */
  close(): Promise<void> {
    return this.#host.close();
  }
}
