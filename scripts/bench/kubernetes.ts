/**
 * ADD with VRFs and addresses from the Kubernetes API beside ADD with VRFs from files, in turn in one run. Each agent is in a network
 * namespace of its own. Issue 5: at most 1.5 times as long where the address is reserved or known to the node, else at most 20 ms more
 * and one round trip to the API. Run by `node scripts/bench/kubernetes.ts`; prints a table, and rows as JSON with `--json`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execaSync } from 'execa';
import { stringify } from 'yaml';
import { benchNode, benchSpec, latency, podName, podUid, type Sort } from './kubernetes-scene.ts';
import { Prepared } from './spawn.ts';
import { median, quantile } from './statistics.ts';

const runs = Number(process.env.MULTIVRF_BENCH_RUNS ?? 60);
const warmup = 5;
const plugin = resolve(process.env.MULTIVRF_BENCH_PLUGIN ?? 'build/multivrf');

type Source = 'file' | 'kubernetes';

if (process.env.MULTIVRF_BENCH_INSIDE !== '1') {
  // In namespaces of its own, which end with it: nothing of the machine's network is touched.
  const { exitCode } = execaSync('unshare', ['--net', '--mount', process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
    reject: false,
    env: { MULTIVRF_BENCH_INSIDE: '1' },
  });
  process.exit(exitCode ?? 1);
}

class World {
  readonly #directory = mkdtempSync('/run/multivrf-bench-');
  readonly #children: ChildProcess[] = [];

  async open(): Promise<void> {
    for (const directory of ['/run/netns', this.#directory]) execaSync('mount', ['-t', 'tmpfs', 'tmpfs', directory]);
    const path = (name: string) => join(this.#directory, name);
    for (const source of ['file', 'kubernetes']) {
      execaSync('ip', ['netns', 'add', source]);
      execaSync('ip', ['-n', source, 'link', 'set', 'lo', 'up']);
    }
    mkdirSync(path('vrfs'));
    const head = { apiVersion: 'multivrf.dev/v1alpha1', kind: 'VRF', metadata: { name: 'bench' } };
    const count = runs + warmup;
    writeFileSync(join(path('vrfs'), 'bench.yaml'), stringify({ ...head, spec: benchSpec(count) }));
    this.#start('kubernetes', ['scripts/bench/kubernetes-api.ts', this.#directory, String(count)]);
    await until(() => existsSync(path('kubeconfig')));
    this.#startAgent('file', ['--vrfs', path('vrfs')]);
    const api = ['--source', 'kubernetes', '--kubeconfig', path('kubeconfig'), '--node-name', benchNode];
    this.#startAgent('kubernetes', api);
    for (const source of ['file', 'kubernetes']) await until(() => existsSync(path(`${source}.sock`)));
  }

  #startAgent(source: Source, args: string[]): void {
    const path = (name: string) => join(this.#directory, `${source}${name}`);
    const own = ['--socket', path('.sock'), '--state', path('-state'), '--netns-directory', path('-netns')];
    this.#start(source, ['build/multivrf-agent.mjs', ...own, ...args]);
  }

  #start(netns: string, args: string[]): void {
    const log = openSync(join(this.#directory, `${netns}.log`), 'a');
    // It ends with us, also when we are killed. A session of its own, to which the scheduler gives a share of its own.
    const command = ['netns', 'exec', netns, 'setpriv', '--pdeathsig', 'KILL', process.execPath, ...args];
    const env = { ...process.env, NODE_OPTIONS: '' };
    this.#children.push(spawn('ip', command, { detached: true, stdio: ['ignore', log, log], env }));
  }

  addPod(name: string): void {
    execaSync('ip', ['netns', 'add', name]);
  }

  removePod(name: string): void {
    execaSync('ip', ['netns', 'del', name]);
  }

  /** One call of the plugin for a pod whose namespace is called `SOURCE-POD`. */
  call(verb: 'ADD' | 'DEL', source: Source, pod: string): number {
    const netns = `${source}-${pod}`;
    const stdin = join(this.#directory, `${source}.json`);
    writeFileSync(stdin, JSON.stringify(conf(join(this.#directory, `${source}.sock`))));
    const program = {
      file: plugin,
      env: {
        CNI_COMMAND: verb,
        CNI_CONTAINERID: netns,
        CNI_NETNS: `/run/netns/${netns}`,
        CNI_IFNAME: 'eth0',
        CNI_PATH: '/opt/cni/bin',
        CNI_ARGS: `K8S_POD_NAMESPACE=bgp;K8S_POD_NAME=${pod};K8S_POD_UID=${podUid(pod)}`,
      },
      stdin,
      stdout: join(this.#directory, `${netns}.out`),
    };
    return new Prepared(program).time();
  }

  log(source: Source): string {
    return readFileSync(join(this.#directory, `${source}.log`), 'utf8');
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGTERM');
    execaSync('umount', ['--lazy', this.#directory]);
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function conf(agentSocket: string) {
  return {
    cniVersion: '1.0.0',
    name: 'bench',
    type: 'multivrf',
    agentSocket,
    capabilities: { 'io.kubernetes.cri.pod-annotations': true },
    runtimeConfig: { 'io.kubernetes.cri.pod-annotations': { 'multivrf.dev/attach': 'bench' } },
    prevResult: { cniVersion: '1.0.0', interfaces: [{ name: 'eth0', sandbox: '/run/netns/pod' }], ips: [] },
  };
}

async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 400 && !condition(); attempt++) await sleep(50);
  if (!condition()) throw new Error('what the benchmark needs did not start');
}

/** Milliseconds of ADDs of one sort, by source, in turn. */
async function measure(world: World, sort: Sort): Promise<Record<Source, number[]>> {
  const times: Record<Source, number[]> = { file: [], kubernetes: [] };
  for (let i = 0; i < runs + warmup; i++) {
    const pod = podName(sort, i);
    const order: Source[] = i % 2 === 0 ? ['file', 'kubernetes'] : ['kubernetes', 'file'];
    for (const source of order) {
      world.addPod(`${source}-${pod}`);
      if (sort === 'cached') {
        // It has been there before: its addresses are kept for its name, and its node knows of them.
        world.call('ADD', source, pod);
        world.call('DEL', source, pod);
        await sleep(100);
      }
      const time = world.call('ADD', source, pod);
      world.call('DEL', source, pod);
      world.removePod(`${source}-${pod}`);
      await sleep(30);
      if (i >= warmup) times[source].push(time);
    }
  }
  return times;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** As the other benchmarks' rows: `ratio` is to be at most `goal`. */
function row(sort: Sort, { file, kubernetes }: Record<Source, number[]>) {
  const isWaiting = sort === 'new';
  const more = kubernetes.map((time) => time - median(file));
  const ours = isWaiting ? more : kubernetes;
  const peer = isWaiting ? 20 + latency : median(file);
  const ratio = round(median(ours) / peer);
  const goal = isWaiting ? 1 : 1.5;
  return {
    question: isWaiting ? 'kubernetes-add-new-more' : `kubernetes-add-${sort}`,
    ours: round(median(ours)),
    peer: round(peer),
    peerName: isWaiting ? `20 ms and a round trip of ${latency}` : 'file source',
    ratio,
    goal,
    ok: ratio <= goal,
    unit: 'ms',
    runs: ours.length,
    p99: round(quantile(ours, 0.99)),
  };
}

const world = new World();
try {
  await world.open();
  const rows: ReturnType<typeof row>[] = [];
  for (const sort of ['reserved', 'cached', 'new'] as const) rows.push(row(sort, await measure(world, sort)));
  const cells = ({ ours, peer, ratio, goal, p99 }: (typeof rows)[0]) =>
    [ours.toFixed(2), peer.toFixed(2), ratio.toFixed(2), `≤ ${goal}`, p99.toFixed(2)].map((cell) => cell.padStart(9));
  const lines = rows.map(
    (one) => `${one.question.padEnd(24)}${cells(one).join('')}  ${one.peerName}${one.ok ? '' : ', missed'}`,
  );
  const text = process.argv.includes('--json') ? JSON.stringify(rows, null, 2) : lines.join('\n');
  process.stdout.write(`${text}\n`);
  process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1;
} finally {
  world.close();
}
