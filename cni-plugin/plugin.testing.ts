/** Running the compiled plugin against an agent that follows a script. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import type { Reply, Request } from '../common/protocol.ts';

const root = resolve(import.meta.dirname, '..');

/** The executables under test; the pkg build takes part if somebody made it. */
export const builds = (['bun', 'pkg'] as const)
  .map((compiler) => ({ compiler, path: join(root, 'build', compiler === 'bun' ? 'multivrf' : 'multivrf-pkg') }))
  .filter(({ compiler, path }) => compiler === 'bun' || existsSync(path));

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
    .filter((name) => name.endsWith('.ts') && !name.includes('.test'))
    .map((name) => statSync(join(root, folder, name)).mtimeMs);
}

/** An agent that answers each request by `script`: a reply, or raw text that need not be one. */
export interface ScriptedAgent extends AsyncDisposable {
  socket: string;
  requests: Request[];
}

/** Starts an agent; a descriptor sent to it is dropped, because Node's net cannot receive any. */
export async function startAgent(script: (request: Request) => Reply | string): Promise<ScriptedAgent> {
  const folder = await mkdtemp(join(tmpdir(), 'multivrf-plugin-'));
  const socket = join(folder, 'agent.sock');
  const requests: Request[] = [];
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    readLine(client, (line) => {
      const request: Request = JSON.parse(line);
      requests.push(request);
      const answer = script(request);
      client.end(typeof answer === 'string' ? answer : `${JSON.stringify(answer)}\n`);
    });
  });
  await new Promise<void>((done) => server.listen(socket, done));
  const dispose = async () => {
    await new Promise((done) => server.close(done));
    await rm(folder, { recursive: true });
  };
  return { socket, requests, [Symbol.asyncDispose]: dispose };
}

function readLine(client: Socket, whenRead: (line: string) => void): void {
  let text = '';
  client.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    if (text.endsWith('\n')) whenRead(text);
  });
}

/** Runs one verb of the plugin as a runtime does: nothing but CNI variables around it. */
export async function call(command: readonly string[], env: Record<string, string>, stdin: unknown) {
  const [file = '', ...args] = command;
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
