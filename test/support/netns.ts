/** A named network namespace and commands inside it. */
import { execa, type Options } from 'execa';

/** How a command ended. */
export interface Outcome {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** What a test may set for a command: its environment, its stdin, its deadline in milliseconds. */
export type RunOptions = Pick<Options, 'env' | 'input' | 'timeout'>;

const deadline = 60_000;

export class Netns {
  /** The name it has in the test. */
  readonly name: string;
  /** The name it has on the machine. */
  readonly realName: string;
  readonly path: string;

  private constructor(name: string, realName: string) {
    this.name = name;
    this.realName = realName;
    this.path = `/run/netns/${realName}`;
  }

  /** Makes it. Addresses inside are usable at once: duplicate address detection is off for links to come. */
  static async create(name: string, realName: string): Promise<Netns> {
    const made = new Netns(name, realName);
    await execa('ip', ['netns', 'add', realName]);
    await made.run('sh', ['-c', 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad; ip link set lo up']);
    return made;
  }

  /** One that exists, such as the one the agent made for a VRF; `path` is where it is mounted. */
  static at(path: string): Netns {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return Object.assign(new Netns(name, name), { path });
  }

  /** Words to put before a command to run it inside. Unlike `ip netns exec` it keeps the mount namespace. */
  get enter(): string[] {
    return ['nsenter', `--net=${this.path}`, '--'];
  }

  /** Runs a program to its end; the error of a failed one carries its stderr. */
  async run(file: string, args: readonly string[] = [], options: RunOptions = {}): Promise<string> {
    const [nsenter = '', ...words] = this.enter;
    const { stdout } = await execa(nsenter, [...words, file, ...args], { timeout: deadline, ...options });
    return String(stdout);
  }

  /** The same, where failing is an answer. */
  async tryRun(file: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Outcome> {
    const [nsenter = '', ...words] = this.enter;
    const result = await execa(nsenter, [...words, file, ...args], { timeout: deadline, reject: false, ...options });
    return { exitCode: result.exitCode ?? 128, stdout: String(result.stdout), stderr: String(result.stderr) };
  }

  /** `ip -json …` parsed; what prints nothing is an empty list. */
  async ip<T = unknown>(...args: string[]): Promise<T[]> {
    return JSON.parse((await this.run('ip', ['-json', ...args])) || '[]');
  }

  /** The value of a file below /proc/sys/net of this namespace. */
  async sysctl(path: string): Promise<string> {
    return (await this.run('cat', [`/proc/sys/${path}`])).trim();
  }

  /** Sets a file below /proc/sys/net of this namespace. */
  async setSysctl(path: string, value: string | number): Promise<void> {
    await this.run('sh', ['-c', `echo ${value} >/proc/sys/${path}`]);
  }
}
