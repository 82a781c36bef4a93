/** `multivrf-agent keep`: the plugin and its entry stay in place, until the agent says that multivrf goes. */
import type { ArgumentsCamelCase, InferredOptionTypes } from 'yargs';
import { explain } from '../../common/errors.ts';
import { defaultAgentSocket } from '../../common/protocol.ts';
import { keepInstalled } from '../install/keep.ts';
import { readNote } from '../install/removal-note.ts';
import { uninstall } from '../install/uninstall.ts';
import { readInstallOptions, sourceOptions } from './install-options.ts';
import { logOptions, openLog } from './log.ts';
import { onStop } from './stop.ts';

export const keepOptions = {
  ...sourceOptions,
  'agent-socket': { type: 'string', default: defaultAgentSocket, describe: 'The agent’s socket, as the node names it' },
  'removal-note': {
    type: 'string',
    demandOption: true,
    describe: 'File by which the agent tells of a removal: if it is there at the end, both are taken away',
  },
  ...logOptions,
} as const;

/** Ends on SIGTERM only: with exit code 1 and the reason in the log when what is to be taken away has to stay. */
export async function runKeep(options: ArgumentsCamelCase<InferredOptionTypes<typeof keepOptions>>): Promise<void> {
  const { log, flush } = openLog(options.logLevel);
  const what = readInstallOptions(options, options.agentSocket);
  const stopping = new AbortController();
  onStop(() => stopping.abort());
  try {
    log.info(
      { binDirectory: what.binDirectory, confDirectory: what.confDirectory },
      'keeping plugin and entry in place',
    );
    await keepInstalled(what, log, stopping.signal);
    const note = readNote(options.removalNote);
    if (note) await uninstall({ ...what, ...note }, log);
  } catch (error) {
    log.fatal(explain(error));
    process.exitCode = 1;
  } finally {
    flush();
  }
}
