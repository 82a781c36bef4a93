/** The agent as a process, and what the system says of it. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeOptions } from '../manifests/node-options.ts';
import { background } from './background.ts';
import { Exchange } from './client.ts';
import { pause } from './pause.ts';

/** Of what an agent has logged on level debug: the milliseconds that each ADD has taken it. */
export function addsIn(log: string): number[] {
  return log.split('\n').flatMap((line) => {
    if (!line.includes('"answered"')) return [];
    const { verb, milliseconds } = JSON.parse(line) as { verb: string; milliseconds: number };
    return verb === 'ADD' ? [milliseconds] : [];
  });
}

export class AgentProcess {
  readonly #process: ChildProcess;
  readonly #log: string;

  private constructor(process: ChildProcess, log: string) {
    this.#process = process;
    this.#log = log;
  }

  /**
   * Starts one that keeps everything in `directory`, and waits until it answers; `source` is its options that say where VRFs
   * come from. Node is told what it is in the DaemonSet.
   */
  static start(directory: string, source: readonly string[], bundle = 'build/multivrf-agent.mjs'): AgentProcess {
    const path = (name: string) => join(directory, name);
    const options = [...source, '--socket', path('agent.sock'), '--state', path('state')];
    // To find where its time goes: --cpu-prof --cpu-prof-dir=…
    const flags = process.env.MULTIVRF_BENCH_AGENT_FLAGS?.split(' ') ?? [];
    const program = [process.execPath, ...flags, bundle];
    const command = [...program, ...options, '--netns-directory', '/run/netns'];
    const child = background(command, path('agent.log'), nodeOptions);
    const agent = new AgentProcess(child, path('agent.log'));
    agent.#awaitReady(path('agent.sock'));
    return agent;
  }

  #awaitReady(socket: string): void {
    const end = performance.now() + 10_000;
    for (;;) {
      try {
        new Exchange(socket, { protocol: 1, verb: 'STATUS', network: '', timeout: 5_000 }).finish();
        return;
      } catch {
        if (performance.now() > end) throw new Error(`the agent did not start: ${this.log}`);
        pause(2);
      }
    }
  }

  async stop(): Promise<void> {
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await gone;
  }

  get pid(): number {
    return this.#process.pid!;
  }

  get log(): string {
    return readFileSync(this.#log, 'utf8');
  }

  /** Milliseconds that each ADD so far has taken it, from reading the request to the answer written; with `--log-level debug`. */
  get adds(): number[] {
    return addsIn(this.log);
  }

  /** Resident memory, in MiB. */
  get memory(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))![1]) / 1024;
  }

  get descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  /** CPU time of all its threads so far, in milliseconds. */
  get cpu(): number {
    const times = readdirSync(`/proc/${this.pid}/task`).map((task) => {
      const schedstat = readFileSync(`/proc/${this.pid}/task/${task}/schedstat`, 'utf8');
      return Number(schedstat.split(' ')[0]) / 1e6;
    });
    return times.reduce((sum, time) => sum + time, 0);
  }
}
