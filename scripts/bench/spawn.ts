/**
 * Starts a program the way a container runtime does and waits for its end, with nothing else in between:
 * Node's own child processes cost more than the plugins that are measured.
 */
import { readFileSync } from 'node:fs';
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');
const posixSpawn = libc.func(
  'int posix_spawn(_Out_ void *pid, const char *path, void *actions, void *attributes, const char **argv, const char **env)',
);
const wait4 = libc.func('int wait4(int pid, _Out_ void *status, int options, _Out_ void *usage)');
const actionsInit = libc.func('int posix_spawn_file_actions_init(_Out_ void *actions)');
const addOpen = libc.func(
  'int posix_spawn_file_actions_addopen(_Inout_ void *actions, int fd, const char *path, int flags, uint32_t mode)',
);

const O_WRONLY_CREAT_TRUNC = 0o1101;

export interface Program {
  file: string;
  env: Readonly<Record<string, string>>;
  /** File read as standard input. */
  stdin: string;
  /** File that standard output goes to. */
  stdout: string;
  /** Behind the program's name. */
  arguments?: readonly string[];
}

/** A program prepared, so that only its start and its run are timed. */
export class Prepared {
  readonly #program: Program;
  readonly #actions = Buffer.alloc(128);
  readonly #env: string[];

  constructor(program: Program) {
    this.#program = program;
    this.#env = Object.entries(program.env).map(([key, value]) => `${key}=${value}`);
    actionsInit(this.#actions);
    addOpen(this.#actions, 0, program.stdin, 0, 0);
    addOpen(this.#actions, 1, program.stdout, O_WRONLY_CREAT_TRUNC, 0o600);
  }

  /** Where its standard output went. */
  get stdout(): string {
    return this.#program.stdout;
  }

  /** Returns the process id. */
  start(): number {
    const pid = Buffer.alloc(4);
    const { file, arguments: more = [] } = this.#program;
    const error = posixSpawn(pid, file, this.#actions, null, [file, ...more, null], [...this.#env, null]);
    if (error !== 0) throw new Error(`posix_spawn(${file}): errno ${error}`);
    return pid.readInt32LE(0);
  }

  /** Milliseconds from start to exit; throws unless the exit code is 0. */
  time(): number {
    const began = process.hrtime.bigint();
    this.wait(this.start());
    return Number(process.hrtime.bigint() - began) / 1e6;
  }

  /**
   * Waits for a process that {@link start} began; throws with its output unless its exit code is 0. Returns its CPU time
   * with that of the programs it started, in milliseconds.
   */
  wait(pid: number): number {
    const status = Buffer.alloc(4);
    // struct rusage: two times, of user and system, in seconds and microseconds; then what is not asked for.
    const usage = Buffer.alloc(144);
    wait4(pid, status, 0, usage);
    const [user, userMicros, system, systemMicros] = [0, 8, 16, 24].map((at) => Number(usage.readBigInt64LE(at)));
    if (status.readInt32LE(0) === 0) return (user! + system!) * 1000 + (userMicros! + systemMicros!) / 1000;
    throw new Error(
      `${this.#program.file}: wait status ${status.readInt32LE(0)}: ${readFileSync(this.#program.stdout, 'utf8')}`,
    );
  }
}
