/** multivrf-agent: holds CAP_NET_ADMIN on behalf of the node's pods. */
import './commands/engine.ts';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { installOptions, runInstall } from './commands/install.ts';
import { keepOptions, runKeep } from './commands/keep.ts';
import { runAgent, runOptions } from './commands/run.ts';
import { runUninstall, uninstallOptions } from './commands/uninstall.ts';

await yargs(hideBin(process.argv))
  .scriptName('multivrf-agent')
  .command('$0', 'attach pods to customer VRFs on behalf of the multivrf CNI plugin', runOptions, runAgent)
  .command('install', 'put the plugin in place and into the chain of the primary network', installOptions, runInstall)
  .command(
    'keep',
    'keep both in place, and take them out when multivrf is removed from the cluster',
    keepOptions,
    runKeep,
  )
  .command('uninstall', 'take out what install put in place, and nothing else', uninstallOptions, runUninstall)
  .strict()
  .parseAsync();
