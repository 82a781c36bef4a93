/** What the kernel announces while a test acts: `ip monitor` and `tc monitor`. */
import { execa } from 'execa';
import type { Netns } from './netns.ts';

/**
 * Neighbour entries age by themselves, and a port of the cluster's bridge begins to learn and to forward 15 s after one another
 * (forward delay): what a bridge tells of its port (AF_BRIDGE, br_fill_ifinfo) has no queueing discipline between MTU and bridge.
 */
const ignored = /^\[NEIGH\]|^\[LINK\]\d+: .* mtu \d+ master cni0 state /;

/**
 * Silence, in milliseconds, behind which nothing is pending any more: duplicate address detection waits for up to a
 * second, and then for another (RFC 4862, sections 5.4.2 and 5.1).
 */
const silence = 2_500;

/** Events printed when the interface is gone already name its index alone, so the probe has one that nothing else has. */
const probeIndex = 1_000_001;
const ofProbe = new RegExp(`probe\\d|\\b(if)?${probeIndex}\\b`);

/** Collects events of one namespace from its start on. */
export class Monitor {
  readonly #netns: Netns;
  readonly #lines: string[] = [];
  #number = 0;

  private constructor(netns: Netns) {
    this.#netns = netns;
  }

  /** Returns when events are seen and none has come for a while: carrier, operational state and addresses follow a change late. */
  static async start(netns: Netns): Promise<Monitor> {
    const monitor = new Monitor(netns);
    monitor.#run('ip', ['-oneline', 'monitor', 'label', 'all']);
    monitor.#run('tc', ['monitor']);
    await monitor.#proveAlive();
    await monitor.#calm();
    return monitor;
  }

  async #calm(): Promise<void> {
    for (let round = 0; round < 10; round++) {
      const before = this.#lines.length;
      await new Promise((wake) => setTimeout(wake, silence));
      if (this.#lines.length === before) return;
    }
    throw new Error(`${this.#netns.name} does not come to rest: ${this.#lines.join('\n')}`);
  }

  #run(program: string, args: string[]): void {
    const [file = '', ...words] = this.#netns.enter;
    const child = execa(file, [...words, program, ...args], { reject: false, buffer: false, stdin: 'ignore' });
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      this.#lines.push(...lines.filter((line) => line !== '' && !ignored.test(line)));
    });
  }

  /** Makes an interface with a queueing discipline until both monitors have told of one, and ends when it is gone again. */
  async #proveAlive(): Promise<void> {
    const name = `probe${++this.#number}`;
    const script = `ip link add ${name} index ${probeIndex} type bridge && tc qdisc add dev ${name} clsact && ip link del ${name}`;
    for (let attempt = 0; attempt < 50; attempt++) {
      const from = this.#lines.length;
      await this.#netns.run('sh', ['-c', script]);
      for (let wait = 0; wait < 10; wait++) {
        await new Promise((wake) => setTimeout(wake, 20));
        const seen = this.#lines.slice(from);
        if (
          seen.some((line) => line.includes(`Deleted`) && line.includes(name)) &&
          seen.some((line) => line.includes('clsact'))
        ) {
          return;
        }
      }
    }
    throw new Error(`the monitors in ${this.#netns.name} do not see what happens: ${this.#lines.join('\n')}`);
  }

  /** The events of `action`, without those of the interface that proves that none was missed. */
  async during(action: () => Promise<void>): Promise<string[]> {
    const from = this.#lines.length;
    await action();
    await this.#proveAlive();
    return this.#lines.slice(from).filter((line) => !ofProbe.test(line));
  }
}
