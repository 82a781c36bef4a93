/** The real agent, as a process in a node's network namespace. */
import { chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa, type ResultPromise } from 'execa';
import { stringify } from 'yaml';
import { type AgentOptions, ownDisk, privileges } from './confinement.ts';
import type { Lab } from './lab.ts';
import type { Netns } from './netns.ts';

const program = resolve(import.meta.dirname, '../../build/multivrf-agent.mjs');
const startDeadline = 30_000;

/** A line of its log, as pino writes it. */
export interface LogEntry {
  level: number;
  msg: string;
  [key: string]: unknown;
}

/** `spec` of a VRF as an operator writes it. */
export type VrfSpec = Record<string, unknown>;

/** Whether the agent says that it has taken up a change of VRF `name`. */
function tellsOf({ changed, removed }: LogEntry, name: string): boolean {
  return [changed, removed].some((names) => Array.isArray(names) && names.includes(name));
}

export class TestAgent {
  /** Where the plugin finds it. */
  readonly socket: string;
  /** Where it keeps the namespaces it makes for VRFs. */
  readonly netnsDirectory: string;
  readonly stateDirectory: string;
  readonly #vrfDirectory: string;
  readonly #command: string[];
  readonly #env: Record<string, string>;
  readonly #entries: LogEntry[] = [];
  #rest = '';
  #onLine = () => {};
  #process: ResultPromise | undefined;

  constructor(lab: Lab, node: Netns, options: AgentOptions) {
    const at = (name: string) => join(lab.directory, name);
    [this.#vrfDirectory, this.stateDirectory, this.netnsDirectory] = [at('vrfs'), at('state'), at('netns')];
    // In a directory of its own, which an agent that is not root can write to.
    this.socket = join(at('run'), 'agent.sock');
    for (const path of [this.#vrfDirectory, this.stateDirectory, this.netnsDirectory, at('run')]) {
      mkdirSync(path, { recursive: true });
      chownSync(path, options.uid ?? 0, options.uid ?? 0);
    }
    const labels = Object.entries(options.labels ?? {}).flatMap(([key, value]) => ['--node-label', `${key}=${value}`]);
    const directories = [
      '--vrfs',
      this.#vrfDirectory,
      '--state',
      this.stateDirectory,
      '--netns-directory',
      this.netnsDirectory,
    ];
    const agent = [
      process.execPath,
      program,
      '--socket',
      this.socket,
      ...directories,
      '--log-level',
      'debug',
      ...(options.repair === false ? ['--no-repair'] : []),
      ...labels,
      ...(options.args ?? []),
    ];
    const disk = ownDisk(this.stateDirectory, options.stateBytes);
    this.#command = [...node.enter, ...disk, ...privileges(options), ...agent];
    this.#env = options.env ?? {};
  }

  /** The process id; fails when it does not run. */
  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('the agent does not run');
    return pid;
  }

  /** The path by which the state directory on a disk of its own is reached from outside. */
  get stateDisk(): string {
    return `/proc/${this.pid}/root${this.stateDirectory}`;
  }

  /** All it has logged so far, earlier runs included. */
  log(): LogEntry[] {
    return [...this.#entries];
  }

  /** Starts it and waits until it serves; with `repair` false, it leaves alone from then on what a test changes by hand. */
  async start({ repair = true } = {}): Promise<void> {
    const [file = '', ...args] = [...this.#command, ...(repair ? [] : ['--no-repair'])];
    const from = this.#entries.length;
    const child = execa(file, args, { env: this.#env, reject: false, buffer: false, stdin: 'ignore', stderr: 'pipe' });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    void child.then(() => {
      this.#process = undefined;
      this.#onLine();
    });
    await this.waitFor(({ msg }) => msg === 'ready', from, startDeadline);
  }

  /** The first log entry from number `from` on that `accepts` takes; throws after `deadline` milliseconds, or when the agent ends. */
  async waitFor(accepts: (entry: LogEntry) => boolean, from = 0, deadline = 20_000): Promise<LogEntry> {
    const end = Date.now() + deadline;
    for (;;) {
      const found = this.#entries.slice(from).find(accepts);
      if (found) return found;
      const left = end - Date.now();
      if (left <= 0 || !this.#process)
        throw new Error(
          `${this.#process ? `not logged in ${deadline} ms` : 'the agent ended'}; the log is ${JSON.stringify(this.#entries.slice(from))}`,
        );
      const { promise, resolve: wake } = Promise.withResolvers<void>();
      this.#onLine = wake;
      const timer = setTimeout(wake, Math.min(left, 100));
      await promise;
      clearTimeout(timer);
    }
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      this.#entries.push(line.startsWith('{') ? JSON.parse(line) : { level: 0, msg: line });
    }
    this.#onLine();
  }

  /** Ends it as a service manager does (SIGTERM). */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Ends it without warning (SIGKILL). */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#process?.kill(signal);
    await this.#process;
    this.#process = undefined;
  }

  /** Ends it, unless that was done, and starts it again. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Writes a VRF file, from a spec or as the text given, and waits until a running agent has read it. */
  async writeVrf(name: string, spec: VrfSpec | string): Promise<void> {
    const vrf = { apiVersion: 'multivrf.dev/v1alpha1', kind: 'VRF', metadata: { name }, spec };
    const from = this.#entries.length;
    writeFileSync(this.vrfFile(name), typeof spec === 'string' ? spec : stringify(vrf));
    // A file that is broken is reported by an error that names it.
    const about = (entry: LogEntry) => tellsOf(entry, name) || entry.msg.includes(`${name}.yaml`);
    if (this.#process) await this.waitFor(about, from);
  }

  /** Removes a VRF file and waits until a running agent has noticed. */
  async removeVrf(name: string): Promise<void> {
    const from = this.#entries.length;
    rmSync(this.vrfFile(name));
    if (this.#process) await this.waitFor((entry) => tellsOf(entry, name), from);
  }

  /** Path of the file that {@link writeVrf} writes. */
  vrfFile(name: string): string {
    return join(this.#vrfDirectory, `${name}.yaml`);
  }

  /** A line of /proc/PID/status, such as `CapEff`. */
  status(key: string): string {
    const line = readFileSync(`/proc/${this.pid}/status`, 'utf8')
      .split('\n')
      .find((one) => one.startsWith(`${key}:`));
    return line?.slice(key.length + 1).trim() ?? '';
  }
}

/** Starts the agent on `node`, with directories of the lab for its socket, state, VRFs and namespaces. */
export async function startAgent(lab: Lab, node: Netns, options: AgentOptions = {}): Promise<TestAgent> {
  const agent = new TestAgent(lab, node, options);
  await agent.start();
  return agent;
}
