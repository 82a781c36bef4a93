/** Network namespaces and files of one test, gone when it ends, fails or is killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Netns } from './netns.ts';

export class Lab {
  /** For everything the parts of the lab write: sockets, state, VRF files. */
  readonly directory: string;
  readonly #prefix: string;
  readonly #reaper: ChildProcess;
  readonly #names = new Map<string, number>();

  private constructor(directory: string) {
    this.directory = directory;
    this.#prefix = `${basename(directory)}-`;
    const script = join(import.meta.dirname, 'reaper.sh');
    // Its own session, so that Ctrl-C does not reach it; it sees the end of this process as end of file.
    this.#reaper = spawn(script, [directory, this.#prefix], { detached: true, stdio: ['pipe', 'ignore', 'inherit'] });
    this.#reaper.unref();
  }

  /** An empty lab, its directory below `parent`. Whatever becomes of this process, what the lab made is removed. */
  static open(parent = tmpdir()): Lab {
    const directory = mkdtempSync(join(parent, 'mvt-'));
    // Agents that are not root find their own directories in it.
    chmodSync(directory, 0o711);
    return new Lab(directory);
  }

  /** A new network namespace with its loopback up; its real name is unique on this machine, also when `name` comes again. */
  async namespace(name: string): Promise<Netns> {
    const times = (this.#names.get(name) ?? 0) + 1;
    this.#names.set(name, times);
    return Netns.create(name, `${this.#prefix}${name}${times === 1 ? '' : `.${times}`}`);
  }

  /** Ends the processes in the lab's namespaces and removes namespaces and files. */
  async close(): Promise<void> {
    if (this.#reaper.exitCode !== null) return;
    const exit = once(this.#reaper, 'exit');
    this.#reaper.ref();
    this.#reaper.stdin?.end();
    await exit;
  }
}
