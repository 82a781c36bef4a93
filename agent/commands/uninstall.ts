/** `multivrf-agent uninstall`: the entry out of the chain, and the plugin away. */
import type { ArgumentsCamelCase, InferredOptionTypes } from 'yargs';
import { explain } from '../../common/errors.ts';
import { uninstall } from '../install/uninstall.ts';
import { placeOptions } from './install-options.ts';
import { logOptions, openLog } from './log.ts';

export const uninstallOptions = {
  ...placeOptions,
  'keep-plugin': {
    type: 'boolean',
    default: false,
    describe: 'Leave the binary: CRI-O ends a pod with the chain that it was started with',
  },
  ...logOptions,
} as const;

/** Ends with exit code 1 and the reason in the log when something still needs the plugin. */
export async function runUninstall(
  options: ArgumentsCamelCase<InferredOptionTypes<typeof uninstallOptions>>,
): Promise<void> {
  const { log, flush } = openLog(options.logLevel);
  try {
    await uninstall(options, log);
  } catch (error) {
    log.fatal(explain(error));
    process.exitCode = 1;
  } finally {
    flush();
  }
}
