/**
 * Kills a process right before one of its system calls, from outside and without its help: strace delivers SIGKILL on
 * the way into the kernel, and the call is not made.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** Whether strace is installed and may trace. */
export const hasStrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** The `nth` call of that name that a process makes; `text` is how strace showed it. */
export interface Boundary {
  call: string;
  nth: number;
  text: string;
}

/** The calls by which a program changes something outside itself: between two of them nothing is half done. */
const effects = [
  ...['bind', 'connect', 'sendto', 'sendmsg', 'write', 'writev', 'unshare', 'mount', 'umount2', 'exit_group'],
  ...['openat', 'rename', 'renameat', 'renameat2', 'link', 'linkat', 'unlink', 'unlinkat', 'mkdir', 'mkdirat', 'rmdir'],
  'fsync',
];

/** Those that change nothing after all: RTM_GET… (every fourth type), files opened to be read, threads that wake each other. */
const looks = /nlmsg_type=(RTM_GET|0x[0-9a-f]*[26ae]\b)|^openat\((?!.*O_CREAT)|<anon_inode:|^connect\(.*AF_NETLINK/;

/** Options that make strace write what the calls named are; `-y` gives descriptors their files. */
function tracing(log: string, calls: readonly string[]): string[] {
  // The question mark is for calls that this architecture does not have.
  return ['-y', '-s', '60', '-o', log, '-e', `trace=${calls.map((call) => `?${call}`).join(',')}`];
}

function options(log: string, boundary?: Boundary, calls = effects): string[] {
  if (!boundary) return tracing(log, calls);
  const { call, nth } = boundary;
  return [...tracing(log, [call]), '-e', `inject=${call}:signal=KILL:when=${nth}`];
}

/** Words to put before a command: with a boundary it is killed there, else {@link boundariesIn} `log` are its own. */
export function straceCommand(log: string, boundary?: Boundary): string[] {
  // While it waits for the agent's answer, the agent is at work.
  return ['strace', ...options(log, boundary, [...effects, 'read']), '--'];
}

/** What strace has seen: the calls with an effect, from the first that `from` matches. */
export function boundariesIn(log: string, from = /^/): Boundary[] {
  const counts = new Map<string, number>();
  const all = readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((text): Boundary[] => {
      const call = /^([a-z0-9_]+)\(/.exec(text)?.[1];
      if (call === undefined) return [];
      counts.set(call, (counts.get(call) ?? 0) + 1);
      return [{ call, nth: counts.get(call)!, text }];
    });
  return all.slice(all.findIndex(({ text }) => from.test(text))).filter(({ text }) => !looks.test(text));
}

/** Whether strace has killed what it watched. */
export function hasStruck(log: string): boolean {
  return readFileSync(log, 'utf8').includes('+++ killed by SIGKILL +++');
}

/** Whether it was killed at a call with an effect: work of its own that comes in between shifts the count. */
export function hasStruckRight(log: string, { call }: Boundary): boolean {
  const lines = readFileSync(log, 'utf8').split('\n');
  const last = lines[lines.indexOf('+++ killed by SIGKILL +++') - 1] ?? '';
  return last.startsWith(`${call}(`) && !looks.test(last);
}

/** strace at the main thread of a running process: the other threads write the log and wait for the kernel. */
export class Attached {
  readonly #strace: ChildProcess;
  /** Settled when the process is dead, or {@link detach}ed from. */
  readonly ended: Promise<unknown>;

  private constructor(strace: ChildProcess) {
    this.#strace = strace;
    this.ended = once(strace, 'exit');
  }

  /** Watches the process; with a boundary, until it is killed there. */
  static async to(pid: number, log: string, boundary?: Boundary): Promise<Attached> {
    const strace = spawn('strace', [...options(log, boundary), '-p', String(pid)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const attached = new Attached(strace);
    let said = '';
    strace.stderr.setEncoding('utf8');
    for await (const text of strace.stderr.iterator({ destroyOnReturn: false })) {
      said += text;
      if (!said.includes('attached')) continue;
      // What nobody reads would keep its pipe open, and us waiting for it.
      strace.stderr.resume();
      return attached;
    }
    throw new Error(`strace cannot attach to process ${pid}: ${said}`);
  }

  async detach(): Promise<void> {
    this.#strace.kill('SIGTERM');
    await this.ended;
  }
}
