/** `multivrf-agent install`: the plugin and its entry in the chain, once or for good. */
import type { ArgumentsCamelCase, InferredOptionTypes } from 'yargs';
import { explain } from '../../common/errors.ts';
import { defaultAgentSocket } from '../../common/protocol.ts';
import { install } from '../install/install.ts';
import { keepInstalled } from '../install/keep.ts';
import { placePlugin } from '../install/plugin-file.ts';
import { readInstallOptions, sourceOptions } from './install-options.ts';
import { logOptions, openLog } from './log.ts';
import { onStop } from './stop.ts';

export const installOptions = {
  ...sourceOptions,
  'agent-socket': { type: 'string', default: defaultAgentSocket, describe: 'The agent’s socket, as the node names it' },
  watch: { type: 'boolean', default: false, describe: 'Stay, await the network, and keep the entry in its chain' },
  ...logOptions,
} as const;

/** Ends with exit code 1 and the reason in the log when there is no chain to join; with --watch on SIGTERM only. */
export async function runInstall(
  options: ArgumentsCamelCase<InferredOptionTypes<typeof installOptions>>,
): Promise<void> {
  const { log, flush } = openLog(options.logLevel);
  const what = readInstallOptions(options, options.agentSocket);
  try {
    if (!options.watch) return await install(what, log);
    const stopping = new AbortController();
    onStop(() => stopping.abort());
    await placePlugin(what.plugin, what.binDirectory);
    await keepInstalled(what, log, stopping.signal);
  } catch (error) {
    log.fatal(explain(error));
    process.exitCode = 1;
  } finally {
    flush();
  }
}
