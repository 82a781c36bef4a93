/**
 * ADD with VRFs and addresses from the Kubernetes API beside ADD with VRFs from files. Each agent is in a network namespace of its
 * own; the API server is the tests' double.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execaSync } from 'execa';
import { stringify } from 'yaml';
import { fromApi, startApi } from './api-process.ts';
import { background } from './background.ts';
import { chained } from './conf.ts';
import type { Group } from './group.ts';
import { benchSpec, latency, podName, podUid, type Sort, sorts } from './kubernetes-scene.ts';
import { compare, type Row } from './rows.ts';
import { Prepared } from './spawn.ts';
import { median } from './statistics.ts';
import { until } from './until.ts';

const runs = 60;
const warmup = 5;
const plugin = resolve('build/multivrf');

type Source = 'file' | 'kubernetes';

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
    const pods = sorts.flatMap((sort) => Array.from({ length: count }, (_, i) => [podName(sort, i), 'bench']));
    const cluster = { vrfs: { bench: benchSpec(count) }, pods: Object.fromEntries(pods) };
    this.#children.push(await startApi(this.#directory, cluster, inNetns('kubernetes')));
    this.#startAgent('file', ['--vrfs', path('vrfs')]);
    this.#startAgent('kubernetes', fromApi(this.#directory));
    for (const source of ['file', 'kubernetes']) await until('agent', () => existsSync(path(`${source}.sock`)));
  }

  #startAgent(source: Source, args: string[]): void {
    const path = (name: string) => join(this.#directory, `${source}${name}`);
    const own = ['--socket', path('.sock'), '--state', path('-state'), '--netns-directory', path('-netns')];
    const command = [...inNetns(source), process.execPath, 'build/multivrf-agent.mjs', ...own, ...args];
    this.#children.push(background(command, path('.log')));
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
    writeFileSync(
      stdin,
      JSON.stringify(chained(join(this.#directory, `${source}.sock`), { 'multivrf.dev/attach': 'bench' })),
    );
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

  close(): void {
    for (const child of this.#children) child.kill('SIGTERM');
    execaSync('umount', ['--lazy', this.#directory]);
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

const inNetns = (name: string): string[] => ['ip', 'netns', 'exec', name];

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

/** What an ADD with the API may take longer than one without, in milliseconds, its round trip aside. */
const allowance = 20;

function rowOf(sort: Sort, { file, kubernetes }: Record<Source, number[]>): Row {
  if (sort !== 'new') return compare(`kubernetes-add-${sort}`, 'file source', 1.5, kubernetes, file);
  const more = kubernetes.map((time) => time - median(file));
  const peer = `${allowance} ms and a round trip of ${latency}`;
  return compare('kubernetes-add-new', peer, 1, more, [allowance + latency]);
}

export const kubernetes: Group = async () => {
  const world = new World();
  try {
    await world.open();
    const rows: Row[] = [];
    for (const sort of sorts) rows.push(rowOf(sort, await measure(world, sort)));
    return { rows };
  } finally {
    world.close();
  }
};
