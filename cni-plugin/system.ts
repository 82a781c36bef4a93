/** What the plugin needs from the operating system; one implementation for each compiler. */
export interface System {
  /**
   * True when this build enters the pod's namespace by itself: `exchange` then sends a netlink socket
   * opened in there and leaves the process in the namespace, so that `writeSysctl` works on the pod.
   */
  readonly entersNamespace: boolean;

  /** An environment variable; undefined when it is not set. */
  env(name: string): string | undefined;

  /** All of stdin as text. */
  readStdin(): string;

  /** Writes all of `text` to stdout. */
  print(text: string): void;

  /** Writes a line to stderr, which runtimes put into their log. */
  warn(line: string): void;

  /** Ends the process at once. */
  exit(status: number): never;

  /** Waits. */
  sleep(milliseconds: number): void | Promise<void>;

  /**
   * Sends a line to the agent and gives back its answer without the newline.
   * @throws NoAnswer when there is none; CniError 4 when the namespace cannot be entered.
   */
  exchange(exchange: Exchange): string | Promise<string>;

  /**
   * Writes `value` to a file below /proc/sys of the namespace entered by `exchange`.
   * @throws CniError 101 naming file, value and the kernel's reason.
   */
  writeSysctl(path: string, value: string): void;

  /**
   * Puts a file into a directory, which is made if missing, whole or not at all, and on the disk on return.
   * @throws CniError 5 naming path and reason.
   */
  writeNote(directory: string, name: string, text: string): void;

  /** Removes a file that `writeNote` made, if it is still there and can be removed. */
  removeNote(directory: string, name: string): void;

  /** Whether there is a file that may be executed. */
  isExecutable(path: string): boolean;

  /** Runs a program in the namespace that the plugin was started in, with `env` added to our environment. */
  run(path: string, env: Readonly<Record<string, string>>, stdin: string, timeout: number): Ended;
}

/** One question to the agent. */
export interface Exchange {
  socketPath: string;
  /** The request, its newline included. */
  line: string;
  /** Milliseconds from connecting to the last byte of the answer. */
  timeout: number;
  /** Path of the pod's namespace, for a verb that works inside it. */
  netns?: string | undefined;
}

/** How a program ended. */
export interface Ended {
  /** Undefined when it was killed, or not even started. */
  exitCode: number | undefined;
  stdout: string;
  /** How it ended, in words. */
  reason: string;
  timedOut: boolean;
}
