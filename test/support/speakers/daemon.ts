/** A routing daemon as an ordinary pod would run it: uid 65534, no capability, no_new_privs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { execa } from 'execa';
import { Lab } from '../lab.ts';
import type { Netns } from '../netns.ts';

const nobody = 65534;

const unprivileged = [
  'setpriv',
  '--pdeathsig=KILL',
  `--reuid=${nobody}`,
  `--regid=${nobody}`,
  '--clear-groups',
  '--no-new-privs',
  '--bounding-set=-all',
  '--inh-caps=-all',
];

/** The root file system in which the daemons are installed: our own one in the test kernel, which booted from it. */
export async function findRoot(): Promise<string> {
  if (existsSync('/.stamp') && existsSync('/usr/sbin/bird')) return '/';
  const { stdout } = await execa(resolve(import.meta.dirname, '../../../scripts/rootfs.sh'), { stderr: 'inherit' });
  return stdout;
}

/** The daemons' file system and a folder of ours in it. */
export class DaemonHost {
  readonly #root: string;
  /** In the root file system, since the daemons see nothing else. */
  readonly #files: Lab;

  private constructor(root: string) {
    this.#root = root;
    this.#files = Lab.open(join(root, 'tmp'));
  }

  /** Makes the root file system if this machine has none yet, which takes half a minute. */
  static async open(): Promise<DaemonHost> {
    return new DaemonHost(await findRoot());
  }

  /** A folder that the daemon may write to. */
  folder(name: string): Folder {
    const outside = join(this.#files.directory, name);
    mkdirSync(outside);
    chownSync(outside, nobody, nobody);
    return new Folder(outside, join('/tmp', basename(this.#files.directory), name));
  }

  /** Starts a daemon inside `netns`. */
  start(netns: Netns, folder: Folder, command: readonly string[]): Daemon {
    const [nsenter = '', ...words] = [...netns.enter, 'chroot', this.#root, ...unprivileged, ...command];
    const log = join(folder.outside, 'log');
    const output = openSync(log, 'a');
    return new Daemon(spawn(nsenter, words, { stdio: ['ignore', output, output] }), log);
  }

  /** Runs a daemon's own client to its end, as root, and returns what it printed, or undefined when it failed. */
  async client(command: readonly string[]): Promise<string | undefined> {
    const { stdout, exitCode } = await execa('chroot', [this.#root, ...command], { reject: false, timeout: 10_000 });
    return exitCode === 0 ? stdout : undefined;
  }

  /** Removes the folders. The daemons end with the namespaces they run in. */
  close(): Promise<void> {
    return this.#files.close();
  }
}

/** A folder by the path that we and by the one that the daemon knows. */
export class Folder {
  readonly outside: string;
  readonly inside: string;

  constructor(outside: string, inside: string) {
    this.outside = outside;
    this.inside = inside;
  }

  /** Path, for the daemon, of a file in it. */
  path(name: string): string {
    return join(this.inside, name);
  }

  /** Writes a file and returns {@link path}. */
  write(name: string, lines: readonly string[]): string {
    writeFileSync(join(this.outside, name), `${lines.join('\n')}\n`);
    return this.path(name);
  }
}

export class Daemon {
  readonly #process: ChildProcess;
  readonly #log: string;

  constructor(process: ChildProcess, log: string) {
    this.#process = process;
    this.#log = log;
  }

  get ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** The end of its log. */
  lastWords(): string {
    return readFileSync(this.#log, 'utf8').split('\n').slice(-20).join('\n');
  }

  /** A line of /proc/PID/status, such as `CapEff`. */
  status(key: string): string {
    const text = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
    return new RegExp(`^${key}:[ \\t]*(.*)$`, 'm').exec(text)?.[1] ?? '';
  }

  async stop(): Promise<void> {
    if (this.ended) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }
}
