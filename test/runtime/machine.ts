/** A machine without a kernel of its own, in which containerd runs: see machine.sh. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import type { Lab } from '../support/lab.ts';
import type { Netns } from '../support/netns.ts';

/** Gone with its lab, however that ends. */
export class Machine {
  /** The machine's /run, from outside. */
  readonly run: string;
  readonly #directory: string;
  readonly #root: string;
  readonly #node: Netns;
  #supervisor: ChildProcess | undefined;
  #pid = 0;

  /** One that does not run yet, to fill its {@link run}. `root` is its root file system. */
  constructor(lab: Lab, node: Netns, root: string) {
    // Its name is that of the cgroup, too, which all labs of this host share.
    this.#directory = join(lab.directory, `${node.realName}-machine`);
    this.run = join(this.#directory, 'run');
    this.#root = root;
    this.#node = node;
    mkdirSync(this.run, { recursive: true });
  }

  /** Starts it and containerd. */
  async start(): Promise<void> {
    const script = join(import.meta.dirname, 'machine.sh');
    // Not in our session: it has to clean up after we were interrupted.
    const child = spawn('unshare', ['--mount', script, this.#node.path, this.#root, this.#directory], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#supervisor = child;
    child.unref();
    for await (const line of createInterface(child.stdout!)) {
      this.#pid = Number(line);
      return;
    }
    throw new Error(`the machine did not start: ${script} ended, its errors are above`);
  }

  /** A path of the machine, from outside; the namespaces mounted in its /run/netns are reached only so. */
  path(inside: string): string {
    return `/proc/${this.#pid}/root${inside}`;
  }

  /** Runs a program of the machine to its end. */
  async exec(file: string, ...args: string[]): Promise<string> {
    const { stdout } = await execa('nsenter', [
      `--target=${this.#pid}`,
      '--mount',
      '--net',
      '--pid',
      '--',
      file,
      ...args,
    ]);
    return stdout;
  }

  /** Ends it with all that runs in it. */
  async stop(): Promise<void> {
    const supervisor = this.#supervisor;
    if (!supervisor || supervisor.exitCode !== null) return;
    const exit = once(supervisor, 'exit');
    if (this.#pid > 0) process.kill(this.#pid, 'SIGKILL');
    await exit;
  }
}
