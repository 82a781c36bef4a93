/** The compiled plugin as a runtime starts it, with a scripted agent on its socket and an IPAM plugin in CNI_PATH. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { makeOddPaths } from '../odd-paths.ts';
import { added, lease, type Places } from '../originals/calls.ts';
import { type Call, calls, mustBeOutcome } from '../plugin-call.ts';
import { must, type Target } from '../target.ts';

const plugin = resolve(import.meta.dirname, '../../../build/multivrf');

/** As many as the machine has processors to test with. */
const atOnce = 2;

/** Far more than the deadlines in the calls come to, in milliseconds. */
const patience = 20_000;

/** Seconds that a call may spend on an agent that does not answer. */
const shortTimeout = 0.2;

/** With a time-out as short as the test needs, unless it is invalid: that stays what it is. */
function hurried(call: Call): Call {
  try {
    const config = JSON.parse(call.stdin) as Record<string, unknown>;
    const { timeoutSeconds } = config;
    const takesLong =
      timeoutSeconds === undefined || (typeof timeoutSeconds === 'number' && timeoutSeconds > shortTimeout);
    if (!takesLong || Array.isArray(config)) return call;
    return { ...call, stdin: JSON.stringify({ ...config, timeoutSeconds: shortTimeout }) };
  } catch {
    return call;
  }
}

/** Answers every whole line at once. */
function startAgent(socket: string): net.Server {
  const server = net.createServer((client) => {
    let text = '';
    client.on('error', () => client.destroy());
    client.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (!text.endsWith('\n')) return;
      const { verb } = JSON.parse(text) as { verb: string };
      client.end(`${JSON.stringify(verb === 'ADD' ? added : { ok: true })}\n`);
    });
  });
  return server.listen(socket);
}

/** The plugin; with the variables that are no UTF-8, which Node cannot pass on, set by a shell. */
function commandFor(env: Call['env']): string[] {
  const raw = Object.entries(env).filter(([, value]) => value?.isWellFormed() === false);
  if (raw.length === 0) return [plugin];
  const words = raw.flatMap(([name, value = '']) => [name, value.replace(/[\udc80-\udcff]/g, octal)]);
  const setting = 'while [ $# -gt 0 ]; do export "$1=$(printf %b "$2")"; shift 2; done; exec "$0"';
  return ['/bin/sh', '-c', setting, plugin, ...words];
}

/** As printf(1) reads it. */
function octal(surrogate: string): string {
  return `\\0${(surrogate.charCodeAt(0) & 0xff).toString(8)}`;
}

function start({ stdin, env }: Call): { child: ChildProcess; ended: Promise<{ status: number; stdout: string }> } {
  const [file = '', ...args] = commandFor(env);
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.isWellFormed()));
  const child = spawn(file, args, { env: set, cwd: '/', stdio: ['pipe', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
  });
  // It need not read its stdin.
  child.stdin.on('error', () => {});
  // What has a byte for each character goes out as these bytes, which need not be UTF-8.
  child.stdin.end(stdin, /^[\0-\xff]*$/.test(stdin) ? 'latin1' : 'utf8');
  const { promise: ended, resolve: resolveEnd, reject } = Promise.withResolvers<{ status: number; stdout: string }>();
  child.once('error', reject);
  child.once('close', (status, signal) => {
    if (signal === null) resolveEnd({ status: status ?? -1, stdout });
    else reject(new Error(`ended by ${signal} after printing ${JSON.stringify(stdout.slice(0, 300))}`));
  });
  return { child, ended };
}

async function run(call: Call): Promise<void> {
  const { child, ended } = start(call);
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  try {
    mustBeOutcome(call, await ended);
  } finally {
    clearTimeout(timer);
  }
}

export async function open(): Promise<Target<Call[]>> {
  must(existsSync(plugin), `${plugin} is missing: build it`);
  const home = mkdtempSync(join(tmpdir(), 'fuzz-plugin-'));
  const places: Places = {
    agentSocket: join(home, 'agent.sock'),
    netns: '/proc/self/ns/net',
    cniPath: join(home, 'bin'),
    odd: makeOddPaths(home),
  };
  mkdirSync(places.cniPath);
  const ipam = join(places.cniPath, 'host-local');
  writeFileSync(ipam, `#!/bin/sh\ncat >/dev/null\n[ "$CNI_COMMAND" != ADD ] || echo '${JSON.stringify(lease)}'\n`);
  chmodSync(ipam, 0o755);
  const agent = startAgent(places.agentSocket);
  return {
    input: fc.array(calls(places).map(hurried), { minLength: atOnce, maxLength: atOnce }),
    casesPerInput: atOnce,
    async run(input) {
      await Promise.all(input.map(run));
    },
    async close() {
      await new Promise((done) => agent.close(done));
      rmSync(home, { recursive: true });
    },
  };
}
