/** What an agent may do in a test, and where its state lies. */

export interface AgentOptions {
  /** `net_admin`: CAP_NET_ADMIN is all it can ever get. Default `all`. */
  capabilities?: 'net_admin' | 'all';
  /** The uid and gid it runs under; default 0. */
  uid?: number;
  /** The node's labels. */
  labels?: Record<string, string>;
  env?: Record<string, string>;
  /** Whether it repairs at once what a test changes by hand; default true. */
  repair?: boolean;
  /** Puts its state on a disk of its own with this many bytes, which only the agent sees; see TestAgent.stateDisk. */
  stateBytes?: number;
  /** More words of its command line. */
  args?: readonly string[];
}

/** Words before a command that give it the agent's privileges. */
export function privileges({ capabilities = 'all', uid = 0 }: AgentOptions): string[] {
  const own = capabilities === 'all' ? [] : ['--bounding-set=-all,+net_admin', '--inh-caps=-all,+net_admin'];
  const user =
    uid === 0 ? [] : [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--ambient-caps=-all,+net_admin'];
  return ['setpriv', '--no-new-privs', ...own, ...user];
}

/** Words before a command that give it a file system of its own for its state. */
export function ownDisk(directory: string, bytes: number | undefined): string[] {
  if (bytes === undefined) return [];
  const script = `mount -t tmpfs -o size=${bytes} tmpfs "$0" && exec "$@"`;
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, directory];
}
