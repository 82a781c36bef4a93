/** Options of everything that installs. */
import { join } from 'node:path';
import type { ArgumentsCamelCase, InferredOptionTypes } from 'yargs';
import type { InstallOptions } from '../install/install.ts';

export const placeOptions = {
  'bin-directory': { type: 'string', default: '/opt/cni/bin', describe: 'Where the runtime takes CNI plugins from' },
  'conf-directory': { type: 'string', default: '/etc/cni/net.d', describe: 'Where the runtime takes networks from' },
} as const;

export const sourceOptions = {
  plugin: {
    type: 'string',
    // In the bundle this is the directory of the bundle.
    default: join(import.meta.dirname, 'multivrf'),
    defaultDescription: 'multivrf beside this program',
    describe: 'The CNI plugin to install',
  },
  ...placeOptions,
  'timeout-seconds': { type: 'number', describe: 'Set in the entry: how long a call of the plugin may take' },
  'strict-status': { type: 'boolean', describe: 'Set in the entry: STATUS reports the agent’s own state' },
} as const;

/** The options as read from the command line. `agentSocket` is the agent's, as the node names it. */
export function readInstallOptions(
  options: ArgumentsCamelCase<InferredOptionTypes<typeof sourceOptions>>,
  agentSocket: string,
): InstallOptions {
  const { plugin, timeoutSeconds, strictStatus } = options;
  return {
    plugin,
    binDirectory: options.binDirectory,
    confDirectory: options.confDirectory,
    entry: {
      agentSocket,
      ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
      ...(strictStatus === undefined ? {} : { strictStatus }),
    },
  };
}
