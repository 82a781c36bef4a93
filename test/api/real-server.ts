/** Kubernetes' own server of custom resources, with an etcd, in a folder and on ports of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

export interface Answer {
  code: number;
  /** The header Warning, which kubectl shows. */
  warning: string | undefined;
  /** A Status, or whatever was asked for. */
  body: { message?: string; [key: string]: unknown };
}

/** The folder of scripts/api-server.sh. Made at the first call on a machine, which takes minutes. */
export async function findBinaries(): Promise<string> {
  const script = resolve(import.meta.dirname, '../../scripts/api-server.sh');
  const { stdout } = await execa(script, { stderr: 'inherit' });
  return join(stdout, 'bin');
}

/** Nobody connects to it: the server wants to be told of a core API server, of which it needs nothing here. */
const nowhere = `{"apiVersion": "v1", "kind": "Config", "current-context": "none",
  "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:1"}}],
  "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}], "users": [{"name": "none", "user": {}}]}`;

export class RealServer {
  readonly #directory: string;
  readonly #children: ChildProcess[] = [];
  readonly #port: number;

  private constructor(directory: string, port: number) {
    this.#directory = directory;
    this.#port = port;
  }

  static async open(): Promise<RealServer> {
    const binaries = await findBinaries();
    const [port, client, peer] = [await freePort(), await freePort(), await freePort()];
    const directory = mkdtempSync(join(tmpdir(), 'multivrf-api-'));
    const server = new RealServer(directory, port);
    try {
      const kubeconfig = join(directory, 'kubeconfig');
      writeFileSync(kubeconfig, nowhere);
      const [store, peers] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
      const clients = ['--listen-client-urls', store, '--advertise-client-urls', store];
      const members = ['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers];
      const cluster = ['--initial-cluster', `default=${peers}`, '--data-dir', join(directory, 'etcd')];
      server.#start(join(binaries, 'etcd'), [...clients, ...members, ...cluster, '--unsafe-no-fsync']);
      const listen = ['--bind-address', '127.0.0.1', '--secure-port', String(port), '--cert-dir', directory];
      server.#start(join(binaries, 'api-server'), [
        ...['serve', '--etcd-servers', store, '--kubeconfig', kubeconfig],
        ...listen,
      ]);
      await server.#until(async () => (await server.ask('GET', '/healthz')).code === 200);
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /** One request; a body that is no text is sent as JSON. */
  async ask(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> {
    const { promise, resolve: done, reject } = Promise.withResolvers<Answer>();
    const content = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const options = { host: '127.0.0.1', port: this.#port, path, method, rejectUnauthorized: false };
    const asked = request({ ...options, headers: { 'content-type': type } }, async (response) => {
      const all = await text(response);
      const isJson = response.headers['content-type']?.startsWith('application/json');
      const { statusCode: code = 0, headers } = response;
      done({ code, warning: headers.warning as string | undefined, body: isJson ? JSON.parse(all) : { message: all } });
    });
    asked.once('error', reject);
    asked.end(content);
    return promise;
  }

  /** Waits until a GET of `path` succeeds: a kind that was just defined is served after a moment. */
  served(path: string): Promise<void> {
    return this.#until(async () => (await this.ask('GET', path)).code === 200);
  }

  async close(): Promise<void> {
    for (const child of this.#children.reverse()) {
      const ended = new Promise((wake) => child.once('exit', wake));
      if (child.exitCode === null && child.kill()) await ended;
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #start(file: string, args: readonly string[]): void {
    const log = openSync(join(this.#directory, 'log'), 'a');
    this.#children.push(spawn(file, args, { stdio: ['ignore', log, log], cwd: this.#directory }));
  }

  async #until(holds: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + 60_000;
    while (!(await holds().catch(() => false))) {
      if (Date.now() > end) throw new Error('the API server is not there within 60 s');
      await sleep(100);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((wake) => server.listen(0, '127.0.0.1', wake));
  const { port } = server.address() as { port: number };
  await new Promise((wake) => server.close(wake));
  return port;
}
