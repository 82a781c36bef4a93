/** Our plugin and the reference plugins, as programs to be started on a pod. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { chained } from './conf.ts';
import { Prepared } from './spawn.ts';
import type { Pod, World } from './world.ts';

/**
 * The reference plugins as Debian's newest release has them, which is what the test kernel's root file system holds
 * (1.9.1 today): the same peer on every machine. MULTIVRF_BENCH_PLUGINS names another folder.
 */
const references =
  process.env.MULTIVRF_BENCH_PLUGINS ?? `${execaSync('scripts/rootfs.sh', { stderr: 'inherit' }).stdout}/usr/lib/cni`;

/** Package and version of the reference plugins; undefined for a folder of the user's. */
export function referenceVersion(): string | undefined {
  if (process.env.MULTIVRF_BENCH_PLUGINS) return undefined;
  const root = references.slice(0, -'/usr/lib/cni'.length);
  const query = ['-W', `--admindir=${root}/var/lib/dpkg`, 'containernetworking-plugins'];
  return execaSync('dpkg-query', query, { reject: false }).stdout.replace('\t', ' ');
}

const plugin = join(process.cwd(), 'build/bench/multivrf');
const cniVersion = '1.0.0';

export class Programs {
  readonly #world: World;

  /** Installs our plugin. */
  constructor(world: World) {
    this.#world = world;
    mkdirSync('build/bench', { recursive: true });
    rmSync(plugin, { force: true });
    writeFileSync(plugin, readFileSync('build/multivrf'), { mode: 0o755 });
    const agentSocket = join(world.directory, 'agent.sock');
    this.#write('annotated', chained(agentSocket, { 'multivrf.dev/attach': 'bench' }));
    this.#write('ordinary', chained(agentSocket, {}));
    this.#write('loopback', { cniVersion, name: 'lo', type: 'loopback' });
  }

  #write(name: string, value: unknown): string {
    const path = join(this.#world.directory, `${name}.json`);
    writeFileSync(path, JSON.stringify(value));
    return path;
  }

  /** The bridge plugin with static addresses of both families. */
  bridge(verb: string, pod: Pod): Prepared {
    const { number, containerId } = pod;
    const addresses = [`10.9.${number >> 8}.${number & 255}/16`, `fd99::${number.toString(16)}/64`];
    const ipam = { type: 'static', addresses: addresses.map((address) => ({ address })) };
    this.#write(`bridge-${containerId}`, { cniVersion, name: 'reference', type: 'bridge', bridge: 'refbr0', ipam });
    return this.#program(`${references}/bridge`, verb, pod, `bridge-${containerId}`);
  }

  loopback(verb: string, pod: Pod): Prepared {
    return this.#program(`${references}/loopback`, verb, pod, 'loopback');
  }

  ours(verb: string, pod: Pod, annotated: boolean): Prepared {
    return this.#program(plugin, verb, pod, annotated ? 'annotated' : 'ordinary');
  }

  /**
   * Attaches by the chain ptp, tuning, sbr, and with `inVrf` by vrf as well. Returns the milliseconds that ptp ran, and all
   * of them, without what the runtime does in between. IPv4 only: with IPv6 ptp waits for the end of duplicate address detection.
   */
  chain(pod: Pod, inVrf = false): { ptp: number; all: number } {
    const { directory } = this.#world;
    const ipam = { type: 'host-local', dataDir: join(directory, 'host-local'), ranges: [[{ subnet: '10.10.0.0/16' }]] };
    const plugins = [
      { type: 'ptp', ipam },
      { type: 'tuning', dataDir: join(directory, 'tuning'), sysctl: { 'net.ipv4.conf.eth0.arp_notify': '1' } },
      { type: 'sbr' },
      ...(inVrf ? [{ type: 'vrf', vrfname: 'reference' }] : []),
    ];
    const took: number[] = [];
    let prevResult: unknown;
    for (const conf of plugins) {
      const file = `chain-${pod.containerId}-${conf.type}`;
      this.#write(file, { cniVersion, name: 'chain', ...conf, ...(prevResult ? { prevResult } : {}) });
      const program = this.#program(`${references}/${conf.type}`, 'ADD', pod, file);
      took.push(program.time());
      prevResult = JSON.parse(readFileSync(program.stdout, 'utf8'));
    }
    return { ptp: took[0]!, all: took.reduce((sum, one) => sum + one) };
  }

  /** The most memory that an ADD of ours has at once, in MiB. Told by time(1): what we start inherits our own peak. */
  peakMemory(pod: Pod, annotated: boolean): number {
    const report = join(this.#world.directory, 'peak');
    const prefix = ['-f', '%M', '-o', report, plugin];
    this.#program('/usr/bin/time', 'ADD', pod, annotated ? 'annotated' : 'ordinary', prefix).time();
    return Number(readFileSync(report, 'utf8')) / 1024;
  }

  #program(file: string, verb: string, pod: Pod, config: string, more: readonly string[] = []): Prepared {
    const { directory } = this.#world;
    return new Prepared({
      file,
      arguments: more,
      env: {
        CNI_COMMAND: verb,
        CNI_CONTAINERID: pod.containerId,
        CNI_NETNS: pod.netns,
        CNI_IFNAME: 'eth0',
        CNI_PATH: references,
        CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=bgp;K8S_POD_NAME=${pod.containerId}`,
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      },
      stdin: join(directory, `${config}.json`),
      stdout: join(directory, `${pod.containerId}.out`),
    });
  }
}
