/** The plugin's operating system by its own seam, so that a call costs no process: agent, IPAM plugin and clock follow a script. */

import { parseRequest } from '../../agent/server/parse-request.ts';
import { namespaceUnusable, sysctlRefused } from '../../cni-plugin/failures.ts';
import { agentAway, agentSilent, answerCutOff, answerTooLong } from '../../cni-plugin/no-answer.ts';
import type { Ended, Exchange, System } from '../../cni-plugin/system.ts';
import { CniCode, CniError } from '../../common/errors.ts';
import { noteName } from '../../common/protocol.ts';
import type { Call, Outcome } from './plugin-call.ts';
import { must } from './target.ts';

/** What one exchange with the agent comes to. */
export type Turn =
  | { what: 'reply'; text: string }
  | { what: 'away' | 'unreachable' | 'silent' | 'cutOff' | 'tooLong' | 'noNamespace' };

export interface Script {
  /** In turn, and again from the first. */
  turns: readonly Turn[];
  ipam: { found: boolean; ended: Ended };
  noteFails: boolean;
  sysctlFails: boolean;
  entersNamespace: boolean;
}

const maxName = 255;

export class ScriptedSystem implements System {
  readonly entersNamespace: boolean;
  readonly #call: Call;
  readonly #script: Script;
  readonly #ended = Promise.withResolvers<Outcome>();
  #stdout = '';
  #done = false;
  #turn = 0;
  /** Requests the agent has seen. */
  asked = 0;

  constructor(call: Call, script: Script) {
    this.#call = call;
    this.#script = script;
    this.entersNamespace = script.entersNamespace;
  }

  /** What the call came to. */
  get outcome(): Promise<Outcome> {
    return this.#ended.promise;
  }

  /** As a program sees it that takes its environment for UTF-8. */
  env = (name: string): string | undefined => this.#call.env[name]?.toWellFormed();

  readStdin(): string {
    return this.#call.stdin;
  }

  print(text: string): void {
    this.#stdout += text;
  }

  warn(): void {}

  /** Unlike the real one it returns; nothing may follow. */
  exit(status: number): never {
    must(!this.#done, 'the plugin ends twice');
    this.#done = true;
    this.#ended.resolve({ status, stdout: this.#stdout });
    return undefined as never;
  }

  sleep(milliseconds: number): void {
    clock.advance(milliseconds);
  }

  exchange({ socketPath, line, timeout }: Exchange): string {
    this.asked++;
    must(line.endsWith('\n') && line.indexOf('\n') === line.length - 1, 'a request is not one line');
    parseRequest(line);
    const turn = this.#script.turns[this.#turn++ % this.#script.turns.length]!;
    clock.advance(turn.what === 'silent' ? timeout : 1);
    switch (turn.what) {
      case 'reply':
        return turn.text;
      case 'away':
        throw agentAway(socketPath, true, 'connection refused');
      case 'unreachable':
        throw agentAway(socketPath, false, 'not a directory');
      case 'silent':
        throw agentSilent(socketPath, timeout);
      case 'cutOff':
        throw answerCutOff(socketPath, '{"ok', 'end of file');
      case 'tooLong':
        throw answerTooLong(socketPath, 1024);
      case 'noNamespace':
        throw namespaceUnusable('/run/netns/x', 'no such file');
    }
  }

  writeSysctl(path: string, value: string): void {
    must(path.startsWith('net/') && !path.split('/').includes('..'), `the plugin writes /proc/sys/${path}`);
    if (this.#script.sysctlFails) throw sysctlRefused(path, value, 'read-only file system');
  }

  writeNote(directory: string, name: string, text: string): void {
    must(directory.startsWith('/'), `a note in ${directory}`);
    const request = parseRequest(text);
    must(request.verb === 'DEL' && noteName(request) === name, `a note named ${name}`);
    must(!name.includes('/'), `a note named ${name}`);
    if (this.#script.noteFails || Buffer.byteLength(name) > maxName) {
      throw new CniError(CniCode.ioFailure, `cannot write ${directory}/${name}`.slice(0, 400));
    }
  }

  removeNote(): void {}

  isExecutable(): boolean {
    return this.#script.ipam.found;
  }

  run(): Ended {
    clock.advance(5);
    return this.#script.ipam.ended;
  }
}

/** The time as the plugin sees it. */
class Clock {
  #now = 0;

  constructor() {
    performance.now = () => this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

const clock = new Clock();
