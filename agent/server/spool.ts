/** Notes that the plugin left while it could not reach the agent: DELs still to be done. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type DelRequest, maxFrame, noteName } from '../../common/protocol.ts';
import type { Agent } from './agent.ts';
import { detach } from './detach.ts';
import { parseRequest } from './parse-request.ts';

/** A directory's time stamp is as coarse as the kernel's tick: one this young may change again without showing it. */
const restlessMs = 100n;

/** Longer than any plugin lives. */
const abandonedMs = 120_000;

/** Works off all notes in `directory`, which is made if need be, and has the agent look there again from now on. Never throws. */
export function workOffSpool(agent: Agent, directory: string, log: Logger): Promise<void> {
  agent.spool = new Spool(agent, directory, log);
  return agent.spool.workOff();
}

export class Spool {
  readonly #agent: Agent;
  readonly #directory: string;
  readonly #log: Logger;
  #running: Promise<void> | undefined;
  /** The directory's time stamp before the last look; undefined when it was too young to tell. */
  #seen: bigint | undefined;
  /** Files that could not be moved aside: said once. */
  readonly #hopeless = new Set<string>();
  #lastError = '';

  constructor(agent: Agent, directory: string, log: Logger) {
    this.#agent = agent;
    this.#directory = directory;
    this.#log = log;
  }

  /** Whether no note has come since the last look. Costs one stat. */
  isQuiet(): boolean {
    return this.#running === undefined && this.#seen !== undefined && this.#stamp() === this.#seen;
  }

  /** Does what the notes say, all at once, and removes each when it is done. Logs what fails; that note stays. */
  async workOff(): Promise<void> {
    // Whoever comes while another works must see the notes that come meanwhile: one after the other.
    while (this.#running) await this.#running;
    this.#running = this.#workOff();
    try {
      await this.#running;
      this.#lastError = '';
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#lastError)
        this.#log.error({ directory: this.#directory, error: message }, 'spool cannot be worked off');
      this.#lastError = message;
    } finally {
      this.#running = undefined;
    }
  }

  async #workOff(): Promise<void> {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const stamp = this.#stamp();
    const restless = stamp === undefined || BigInt(Date.now()) - stamp / 1_000_000n < restlessMs;
    this.#seen = restless ? undefined : stamp;
    const names = readdirSync(this.#directory);
    for (const name of names.filter((one) => one.endsWith('.tmp'))) this.#clear(join(this.#directory, name));
    const notes = names.filter((name) => name.endsWith('.json') && !this.#hopeless.has(name));
    await Promise.all(notes.map((name) => this.#workOffNote(name)));
  }

  /** A plugin that was killed leaves a file half written; one that lives is done with it in no time. */
  #clear(path: string): void {
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status?.isFile() && Date.now() - status.mtimeMs > abandonedMs) rmSync(path, { force: true });
  }

  async #workOffNote(name: string): Promise<void> {
    const path = join(this.#directory, name);
    let request: DelRequest;
    try {
      request = readNote(path, name);
    } catch (error) {
      // Its plugin has taken it back.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      this.#moveAside(name, error as Error);
      return;
    }
    try {
      await detach(this.#agent, request, this.#log);
      rmSync(path, { force: true });
      const { network, containerId, ifname } = request;
      this.#log.info({ network, containerId, ifname }, 'DEL that came while the agent was away: done');
    } catch (error) {
      this.#log.error({ note: path, error: (error as Error).message }, 'note could not be worked off: stays');
    }
  }

  #moveAside(name: string, { message: reason }: Error): void {
    const note = join(this.#directory, name);
    try {
      renameSync(note, `${note}.bad`);
      this.#log.error({ note, reason }, 'unreadable note: moved aside, as *.bad');
    } catch (error) {
      this.#hopeless.add(name);
      this.#log.error({ note, reason, error: (error as Error).message }, 'unreadable note cannot be moved aside');
    }
  }

  #stamp(): bigint | undefined {
    return statSync(this.#directory, { bigint: true, throwIfNoEntry: false })?.mtimeNs;
  }
}

function readNote(path: string, name: string): DelRequest {
  const status = lstatSync(path);
  if (!status.isFile()) throw new Error('not a regular file');
  if (status.size > maxFrame) throw new Error(`${status.size} bytes long; a note has at most ${maxFrame}`);
  const request = parseRequest(readFileSync(path, 'utf8'));
  if (request.verb !== 'DEL') throw new Error(`it asks for ${request.verb}, not DEL`);
  if (noteName(request) !== name) throw new Error(`its content belongs into ${noteName(request)}`);
  return request;
}
