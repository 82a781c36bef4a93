/** Running the compiled plugin against an agent that follows a script. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from '@jest/globals';
import { execa } from 'execa';
import type { AddReply, Reply, Request } from '../common/protocol.ts';

const root = resolve(import.meta.dirname, '..');
const isRoot = process.getuid?.() === 0;

/** The executables under test; the pkg build takes part if somebody made it. */
export const builds = (['quickjs', 'pkg'] as const)
  .map((compiler) => ({ compiler, path: join(root, 'build', compiler === 'quickjs' ? 'multivrf' : 'multivrf-pkg') }))
  .filter(({ compiler, path }) => compiler === 'quickjs' || existsSync(path))
  .map((build) => ({ ...build, entersNamespace: build.compiler === 'quickjs' }));

export type Build = (typeof builds)[number];

/** `test` for a verb that enters the pod's namespace, with what to add to its name. */
export function insidePod({ entersNamespace }: Build) {
  const possible = isRoot || !entersNamespace;
  return { inside: possible ? test : test.skip, needs: possible ? '' : ' (skipped: entering a namespace needs root)' };
}

/** Builds what is missing or older than its sources. */
export async function buildPlugins(): Promise<void> {
  const newest = Math.max(...['cni-plugin', 'common'].flatMap(sourceTimes));
  for (const { compiler, path } of builds) {
    if (existsSync(path) && statSync(path).mtimeMs > newest) continue;
    await execa(process.execPath, ['scripts/build-plugin.ts', compiler, 'build'], { cwd: root });
  }
}

function sourceTimes(folder: string): number[] {
  return readdirSync(join(root, folder))
    .filter((name) => /\.(ts|c)$/.test(name) && !name.includes('.test'))
    .map((name) => statSync(join(root, folder, name)).mtimeMs);
}

/** What the script of an agent answers: a reply, raw text that need not be one, or nothing at all. */
export type Script = (request: Request) => Answer | Promise<Answer>;

type Answer = Reply | string | 'silence';

/** A place for an agent, at first without one. */
export class AgentPlace implements AsyncDisposable {
  readonly folder: string;
  /** All that was asked so far. */
  readonly requests: Request[] = [];
  #server: Server | undefined;
  readonly #clients = new Set<Socket>();

  constructor(folder: string) {
    this.folder = folder;
  }

  get socket(): string {
    return join(this.folder, 'agent.sock');
  }

  /** The verbs of {@link requests}. */
  get verbs(): string[] {
    return this.requests.map(({ verb }) => verb);
  }

  /** The notes in the spool directory, by file name. */
  get notes(): Record<string, unknown> {
    const spool = join(this.folder, 'spool');
    if (!existsSync(spool)) return {};
    return Object.fromEntries(
      readdirSync(spool).map((name) => [name, JSON.parse(readFileSync(join(spool, name), 'utf8'))]),
    );
  }

  /** Starts an agent; a descriptor sent to it is dropped, because Node's net cannot receive any. */
  async start(script: Script): Promise<void> {
    const server = createServer((client) => {
      this.#clients.add(client);
      client.on('error', () => client.destroy());
      readLine(client, async (line) => {
        const request: Request = JSON.parse(line);
        this.requests.push(request);
        const answer = await script(request);
        if (answer === 'silence') return;
        client.end(typeof answer === 'string' ? answer : `${JSON.stringify(answer)}\n`);
      });
    });
    await new Promise<void>((done) => server.listen(this.socket, done));
    this.#server = server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await new Promise((done) => (this.#server ? this.#server.close(done) : done(undefined)));
    await rm(this.folder, { recursive: true });
  }
}

/** A folder with an agent in it, or with none when there is no script. */
export async function agentPlace(script?: Script): Promise<AgentPlace> {
  const place = new AgentPlace(await mkdtemp(join(tmpdir(), 'multivrf-plugin-')));
  if (script) await place.start(script);
  return place;
}

function readLine(client: Socket, whenRead: (line: string) => void): void {
  let text = '';
  client.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    if (text.endsWith('\n')) whenRead(text);
  });
}

/** Runs one verb of the plugin as a runtime does: nothing but CNI variables around it. */
export async function call(command: string | readonly string[], env: Record<string, string>, stdin: unknown) {
  const [file = '', ...args] = typeof command === 'string' ? [command] : command;
  const input = typeof stdin === 'string' ? stdin : JSON.stringify(stdin);
  const { stdout, stderr, exitCode } = await execa(file, args, {
    env: { PATH: process.env.PATH ?? '', ...env },
    extendEnv: false,
    cwd: '/',
    input,
    reject: false,
    timeout: 15_000,
  });
  return { stdout, stderr, exitCode };
}

/** A call that must fail: the error printed, with nothing else on stdout. */
export async function failure(command: string | readonly string[], env: Record<string, string>, stdin: unknown) {
  const { stdout, exitCode } = await call(command, env, stdin);
  if (exitCode !== 1) throw new Error(`exit code ${exitCode}, stdout ${stdout}`);
  return JSON.parse(stdout) as { code: number; msg: string; details?: string };
}

/** Nothing printed, nothing failed. */
export const silentSuccess = { stdout: '', stderr: '', exitCode: 0 } as const;

/** The variables of a call about one pod. */
export const pod = {
  CNI_CONTAINERID: 'c1',
  CNI_NETNS: '/proc/self/ns/net',
  CNI_IFNAME: 'eth0',
  CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAMESPACE=bgp;K8S_POD_NAME=speaker-0',
} as const;

export const ADD = { ...pod, CNI_COMMAND: 'ADD' };
export const DEL = { ...pod, CNI_COMMAND: 'DEL', CNI_NETNS: '' };
export const CHECK = { ...pod, CNI_COMMAND: 'CHECK' };

/** What the cluster's own plugin answered. */
export const prevResult = {
  cniVersion: '1.0.0',
  interfaces: [{ name: 'eth0', mac: '02:00:00:00:00:09', sandbox: '/proc/self/ns/net' }],
  ips: [{ address: '10.1.0.2/24', gateway: '10.1.0.1', interface: 0 }],
  routes: [{ dst: '0.0.0.0/0' }],
  dns: { search: ['clüster.local'] },
};

/** One attachment, as the agent reports it. */
export const added: AddReply = {
  interfaces: [{ name: 'net1', mac: '02:00:00:00:00:01', mtu: 1500 }],
  ips: [{ address: '192.0.2.2/24', interface: 0 }],
  routes: [{ dst: '0.0.0.0/0', gw: '192.0.2.254', table: 1001 }],
  sysctls: [],
};

/** An agent that does all it is asked. */
export const willing: Script = ({ verb }) => (verb === 'ADD' ? { ok: true, result: added } : { ok: true });

/** The configuration of a pod without the annotation. */
export const ordinary = (agentSocket = '/nonexistent/agent.sock') => ({
  cniVersion: '1.0.0',
  name: 'pods',
  type: 'multivrf',
  agentSocket,
  prevResult,
});

/** The configuration of a pod with the annotation. */
export const annotated = (agentSocket: string, attach: unknown = 'customer-a') => ({
  ...ordinary(agentSocket),
  runtimeConfig: { 'io.kubernetes.cri.pod-annotations': { 'multivrf.dev/attach': attach } },
});
