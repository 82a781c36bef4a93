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

  /** Ends the process at once. */
  exit(status: number): never;

  /**
   * Sends `line` to the agent listening on `socketPath` and gives back its answer without the newline.
   * `netns`, the path of the pod's namespace, goes with an ADD only.
   * @throws CniError when the namespace cannot be entered or the agent gives no whole answer before {@link exchangeDeadline}.
   */
  exchange(socketPath: string, line: string, netns?: string): string | Promise<string>;

  /**
   * Writes `value` to a file below /proc/sys of the namespace entered by `exchange`.
   * @throws CniError naming file, value and the kernel's reason.
   */
  writeSysctl(path: string, value: string): void;
}

/** Milliseconds from connecting to the last byte of the answer. */
export const exchangeDeadline = 20_000;
