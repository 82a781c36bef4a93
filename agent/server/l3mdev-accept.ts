/** Settings of the node that would open its wildcard listeners to every VRF, if filters and rules did not keep them closed. */
import type { Logger } from 'pino';
import type { PlaceHandle } from '../apply/place.ts';

/** `raw_l3mdev_accept` is not among them: the kernel's default is 1, and what reaches the node is ARP, ND and ICMP alone. */
const names = ['tcp_l3mdev_accept', 'udp_l3mdev_accept'] as const;

/** The agent does not change them: others on the node may rely on them. */
export class L3mdevAccept {
  readonly #node: PlaceHandle;
  readonly #log: Logger;
  readonly #open = new Set<string>();

  constructor(node: PlaceHandle, log: Logger) {
    this.#node = node;
    this.#log = log;
  }

  /** Logs each of them that is on, once, and once when it is off again. */
  look(): void {
    for (const name of names) {
      const sysctl = `net.ipv4.${name}`;
      const value = this.#node.readSysctl(`net/ipv4/${name}`);
      const isOpen = value !== undefined && value !== '0';
      if (isOpen === this.#open.has(name)) continue;
      if (isOpen) {
        this.#open.add(name);
        this.#log.error(
          { sysctl, value, fix: `sysctl -w ${sysctl}=0` },
          'wildcard listeners of the node accept from VRFs: only the filters of multivrf stand before them',
        );
      } else {
        this.#open.delete(name);
        this.#log.info({ sysctl, value }, 'wildcard listeners of the node accept from VRFs no more');
      }
    }
  }
}
