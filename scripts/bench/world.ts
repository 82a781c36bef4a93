/** The namespaces, the agent and the configurations that the measurements take place in. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { Prepared } from './spawn.ts';

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

export interface Pod {
  name: string;
  netns: string;
  number: number;
}

export class World {
  readonly directory = mkdtempSync('/run/multivrf-bench-');
  #agent: ChildProcess | undefined;
  #count = 0;

  /** The caller is in network and mount namespaces of its own. */
  async open(): Promise<void> {
    // As /run is on a node: where the agent keeps its state, and nothing of it goes to a disk.
    for (const directory of ['/run/netns', this.directory]) execaSync('mount', ['-t', 'tmpfs', 'tmpfs', directory]);
    this.#install();
    execaSync('ip', ['link', 'set', 'lo', 'up']);
    mkdirSync(join(this.directory, 'vrfs'));
    writeFileSync(join(this.directory, 'vrfs', 'bench.yaml'), vrf);
    this.#write('annotated', { ...conf('multivrf', this.directory), runtimeConfig: annotations('bench'), prevResult });
    this.#write('ordinary', {
      ...conf('multivrf', this.directory),
      runtimeConfig: { 'io.kubernetes.cri.pod-annotations': {} },
      prevResult,
    });
    this.#write('loopback', { cniVersion: '1.0.0', name: 'lo', type: 'loopback' });
    await this.#startAgent();
  }

  #install(): void {
    mkdirSync('build/bench', { recursive: true });
    rmSync(plugin, { force: true });
    writeFileSync(plugin, readFileSync('build/multivrf'), { mode: 0o755 });
  }

  async #startAgent(): Promise<void> {
    const path = (name: string) => join(this.directory, name);
    const log = openSync(path('agent.log'), 'w');
    // It ends with us, also when we are killed.
    this.#agent = spawn(
      'setpriv',
      [
        '--pdeathsig',
        'KILL',
        process.execPath,
        'build/multivrf-agent.mjs',
        '--vrfs',
        path('vrfs'),
        '--socket',
        path('agent.sock'),
        '--state',
        path('state'),
        '--netns-directory',
        '/run/netns',
      ],
      // A file, not a pipe: this process does not read while it waits for a plugin. A session of its own, to which the
      // scheduler gives a share of its own, as to a service of its own on a node.
      { detached: true, stdio: ['ignore', log, log], env: { ...process.env, NODE_OPTIONS: '' } },
    );
    closeSync(log);
    for (let attempt = 0; attempt < 100; attempt++) {
      if (existsSync(path('agent.sock'))) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the agent did not start: ${readFileSync(path('agent.log'), 'utf8')}`);
  }

  #write(name: string, value: unknown): void {
    writeFileSync(join(this.directory, `${name}.json`), JSON.stringify(value));
  }

  /** What `auto` came to on this kernel, from the agent's log. */
  get backend(): unknown {
    const line = readFileSync(join(this.directory, 'agent.log'), 'utf8')
      .split('\n')
      .find((text) => text.includes('"auto"'));
    return line && (JSON.parse(line) as { auto: unknown }).auto;
  }

  /** Resident memory of the agent, in MiB. */
  get agentMemory(): number {
    const status = readFileSync(`/proc/${this.#agent!.pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024);
  }

  pod(): Pod {
    this.#count++;
    const name = `pod${this.#count}`;
    execaSync('ip', ['netns', 'add', name]);
    return { name, netns: `/run/netns/${name}`, number: this.#count };
  }

  removePod({ name }: Pod): void {
    execaSync('ip', ['netns', 'del', name]);
  }

  /** One of the reference plugins' chain: bridge with static addresses of both families. */
  bridge(verb: string, pod: Pod): Prepared {
    const { number } = pod;
    const file = `bridge-${pod.name}`;
    this.#write(file, {
      cniVersion: '1.0.0',
      name: 'reference',
      type: 'bridge',
      bridge: 'refbr0',
      ipam: {
        type: 'static',
        addresses: [
          { address: `10.9.${number >> 8}.${number & 255}/16` },
          { address: `fd99::${number.toString(16)}/64` },
        ],
      },
    });
    return this.#program(`${references}/bridge`, verb, pod, file);
  }

  loopback(verb: string, pod: Pod): Prepared {
    return this.#program(`${references}/loopback`, verb, pod, 'loopback');
  }

  ours(verb: string, pod: Pod, annotated: boolean): Prepared {
    return this.#program(plugin, verb, pod, annotated ? 'annotated' : 'ordinary');
  }

  #program(file: string, verb: string, pod: Pod, config: string): Prepared {
    return new Prepared({
      file,
      env: {
        CNI_COMMAND: verb,
        CNI_CONTAINERID: pod.name,
        CNI_NETNS: pod.netns,
        CNI_IFNAME: 'eth0',
        CNI_PATH: references,
        CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=bgp;K8S_POD_NAME=${pod.name}`,
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      },
      stdin: join(this.directory, `${config}.json`),
      stdout: join(this.directory, `${pod.name}.out`),
    });
  }

  async close(): Promise<void> {
    if (this.#agent) {
      const gone = once(this.#agent, 'exit');
      this.#agent.kill('SIGTERM');
      await gone;
    }
    execaSync('umount', [this.directory]);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const vrf = `apiVersion: multivrf.dev/v1alpha1
kind: VRF
metadata: {name: bench}
spec:
  mode: bridge
  addresses: {pools: [{subnet: 10.8.0.0/16, gateway: 10.8.255.254}, {subnet: "fd88::/64", gateway: "fd88::ffff"}]}
  routes: [{to: 0.0.0.0/0}, {to: "::/0"}]
  access: {namespaces: [bgp]}
  expose: [{protocol: tcp, port: 179}]
`;

const prevResult = {
  cniVersion: '1.0.0',
  interfaces: [{ name: 'cni0' }, { name: 'eth0', sandbox: '/run/netns/pod' }],
  ips: [{ address: '10.88.0.5/16', interface: 1, gateway: '10.88.0.1' }],
  routes: [{ dst: '0.0.0.0/0' }],
};

function conf(type: string, directory: string) {
  return {
    cniVersion: '1.0.0',
    name: 'bench',
    type,
    agentSocket: join(directory, 'agent.sock'),
    capabilities: { 'io.kubernetes.cri.pod-annotations': true },
  };
}

function annotations(value: string) {
  return { 'io.kubernetes.cri.pod-annotations': { 'multivrf.dev/attach': value } };
}
