/** A container of a pod, asked of the runtime as the kubelet asks. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Containerd } from './containerd.ts';
import type { Cri } from './cri.ts';

/** Milliseconds for a program that runs to its end. */
const endDeadline = 60_000;

/** One that was created; it is not started by this. */
export class Container {
  readonly id: string;
  readonly #runtime: Containerd;
  readonly #log: string;

  /** `log`: the file that the runtime writes its output to. */
  constructor(runtime: Containerd, id: string, log: string) {
    this.#runtime = runtime;
    this.id = id;
    this.#log = log;
  }

  get #cri(): Cri {
    return this.#runtime.cri;
  }

  /** StartContainer. */
  start(): Promise<unknown> {
    return this.#cri.call('StartContainer', { containerId: this.id });
  }

  /** Runs a program in it, with the container's identity, and returns what it printed; throws when it failed. */
  async exec(...cmd: string[]): Promise<string> {
    const answer = await this.#cri.call('ExecSync', { containerId: this.id, cmd, timeout: 10 });
    if (answer.exitCode === 0) return answer.stdout.toString();
    throw new Error(`${cmd.join(' ')} ended with ${answer.exitCode}: ${answer.stdout} ${answer.stderr}`);
  }

  /** Waits until it has ended; returns its exit code. */
  async ended(): Promise<number> {
    for (const deadline = Date.now() + endDeadline; Date.now() < deadline; await sleep(50)) {
      const { status } = await this.#cri.call('ContainerStatus', { containerId: this.id, verbose: true });
      if (status.state === 'CONTAINER_EXITED') return status.exitCode;
    }
    throw new Error(`it has not ended after ${endDeadline} ms; its log:\n${this.log()}`);
  }

  /** A line of its first process's /proc/PID/status, such as `CapEff`, as the node sees it. */
  async status(key: string): Promise<string> {
    const status = await this.#cri.call('ContainerStatus', { containerId: this.id, verbose: true });
    const { pid }: { pid: number } = JSON.parse(status.info.info);
    const text = readFileSync(this.#runtime.machine.path(`/proc/${pid}/status`), 'utf8');
    return new RegExp(`^${key}:[ \\t]*(.*)$`, 'm').exec(text)?.[1] ?? '';
  }

  /** All it has printed, without the runtime's time stamps. */
  log(): string {
    return readFileSync(this.#log, 'utf8').replaceAll(/^\S+ (stdout|stderr) [FP] /gm, '');
  }

  /** Ends it as the kubelet does: SIGTERM, five seconds later SIGKILL. */
  async stop(): Promise<void> {
    await this.#cri.call('StopContainer', { containerId: this.id, timeout: 5 });
  }

  /** The same, and it is gone with its files. */
  async remove(): Promise<void> {
    await this.stop();
    await this.#cri.call('RemoveContainer', { containerId: this.id });
  }
}
