/** Starts a target's process and sees to it that it ends: a crash or a hang is a failure like any other. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import type { Plan } from './check.ts';
import type { Report } from './target.ts';
import { type TargetName, targets } from './targets.ts';

const root = resolve(import.meta.dirname, '../..');

/** How long a chunk may take, in milliseconds: hundreds of times of what it takes. */
const stallLimit = 120_000;

/** Everything but /run is read-only: mutated names of files lead anywhere. */
const confinement = `
  mount -o remount,bind,ro / && mount -t tmpfs none /run && mkdir /run/netns /run/fuzz &&
  ip link set lo up && TMPDIR=/run/fuzz exec "$@"
`;

interface Message {
  chunk?: number;
  report?: Report;
}

function commandOf(name: TargetName, { cases, seed, path }: Plan): string[] {
  const words = [process.execPath, join(import.meta.dirname, 'child.ts'), name, String(cases), String(seed)];
  const command = path === undefined ? words : [...words, path];
  if (!targets[name].confined) return command;
  return ['unshare', '--net', '--mount', '--propagation', 'private', 'sh', '-c', confinement, 'sh', ...command];
}

/** Runs one target to its end; what ended its process before is one of the failures. */
export async function supervise(name: TargetName, plan: Plan): Promise<Report> {
  const [file = '', ...args] = commandOf(name, plan);
  const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
  let report: Report | undefined;
  let chunk = plan.seed;
  let stderr = '';
  let hung = false;
  const end = () => {
    hung = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(end, stallLimit);
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = `${stderr}${text}`.slice(-4000);
  });
  child.on('message', (message: Message) => {
    clearTimeout(timer);
    timer = setTimeout(end, stallLimit);
    chunk = message.chunk ?? chunk;
    report = message.report ?? report;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  if (report && code === 0) return report;
  const what = hung
    ? `no end within ${stallLimit} ms`
    : `the process ended with ${signal ?? `exit code ${code}`}: ${stderr}`;
  const failure = { seed: chunk, path: '', error: what, input: 'one of the chunk with this seed' };
  return { cases: report?.cases ?? 0, failures: [...(report?.failures ?? []), failure] };
}
