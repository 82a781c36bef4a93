/** What the agent does at its end when multivrf is being removed from the cluster. */
import type { Logger } from 'pino';
import { spoolDirectory } from '../../common/protocol.ts';
import { leaveNote, takeBackNote } from '../install/removal-note.ts';
import type { Installation } from '../kube/installation.ts';
import type { Agent } from '../server/agent.ts';
import { clearNode } from '../server/clear.ts';
import type { Collector } from '../server/collector.ts';
import type { Cluster } from './cluster.ts';

export const removalOptions = {
  'removal-note': {
    type: 'string',
    describe:
      'File that tells `keep` of a removal from the cluster; needs POD_NAMESPACE and POD_NAME. For --source kubernetes',
  },
} as const;

export class Removal {
  readonly #installation: Installation;
  readonly #note: string;
  readonly #log: Logger;

  constructor(installation: Installation, note: string, log: Logger) {
    this.#installation = installation;
    this.#note = note;
    this.#log = log;
  }

  /** Whether the agent ends because multivrf goes. False whenever nobody says so. */
  isDue(): Promise<boolean> {
    return this.#installation.isRemoved();
  }

  /** Has `keep` take away chain entry and plugin, and takes from the node what no pod uses. Logs what fails. */
  async carryOut(agent: Agent, collector: Collector, socket: string): Promise<void> {
    this.#installation.stop();
    // Of the others it is known that they end a pod with the chain that it was started with (CRI-O), or not known.
    const keepPlugin = !this.#installation.runtime.startsWith('containerd://');
    this.#log.info({ keepPlugin }, 'multivrf is removed from the cluster: clearing this node');
    try {
      leaveNote(this.#note, { keepPlugin });
      await clearNode(agent, collector, spoolDirectory(socket), this.#log);
    } catch (error) {
      this.#log.error({ error: (error as Error).message }, 'this node could not be cleared');
    }
  }
}

/** Follows the agent's own installation; undefined where nobody is to be told of its end. Throws an error that says which variable is missing. */
export async function followInstallation(
  note: string | undefined,
  { client, nodeName }: Cluster,
  log: Logger,
): Promise<Removal | undefined> {
  if (note === undefined) return undefined;
  const { POD_NAMESPACE: namespace, POD_NAME: pod } = process.env;
  if (!namespace || !pod) {
    throw new Error(
      '--removal-note needs POD_NAMESPACE and POD_NAME in the environment (fieldRef metadata.namespace, metadata.name)',
    );
  }
  // Of an agent that has run in this pod before.
  takeBackNote(note);
  // Loaded only now, as the client is.
  const { Installation } = await import('../kube/installation.ts');
  return new Removal(new Installation({ client, log, nodeName, namespace, pod }), note, log);
}
