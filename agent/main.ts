/** multivrf-agent: holds CAP_NET_ADMIN on behalf of the node's pods. */
import { pino } from 'pino';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { defaultAgentSocket } from '../common/protocol.ts';
import { Agent } from './server/agent.ts';
import { listen } from './server/cni-socket.ts';
import { handleRequest } from './server/requests.ts';
import { openDirectory } from './sources/directory.ts';

const options = yargs(hideBin(process.argv))
  .scriptName('multivrf-agent')
  .usage('$0: attaches pods to customer VRFs on behalf of the multivrf CNI plugin')
  .option('vrfs', {
    type: 'string',
    default: '/etc/multivrf/vrfs',
    describe: 'Directory of VRF definitions (*.yaml), watched',
  })
  .option('socket', { type: 'string', default: defaultAgentSocket, describe: 'Unix socket for the plugin' })
  .option('state', {
    type: 'string',
    default: '/run/multivrf/state',
    describe: 'Directory of what must outlive the agent but not a reboot',
  })
  .option('netns-directory', {
    type: 'string',
    default: '/run/netns',
    describe: 'Directory of named network namespaces',
  })
  .option('node-label', {
    type: 'string',
    array: true,
    default: [] as string[],
    describe: 'KEY=VALUE, for the nodeSelector of uplinks',
  })
  .option('log-level', { choices: ['debug', 'info', 'warn', 'error'] as const, default: 'info' as const })
  .strict()
  .parseSync();

function labels(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new Error(`--node-label ${pair}: not KEY=VALUE`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

// Asynchronous and bounded: a reader of the log that stalls must not hold up pods. What does not fit is dropped.
const output = pino.destination({ sync: false, maxLength: 1024 * 1024 });
const log = pino({ level: options.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, output);

try {
  const source = openDirectory(options.vrfs, log);
  const agent = new Agent(
    { stateDirectory: options.state, netnsDirectory: options.netnsDirectory, labels: labels(options.nodeLabel) },
    source,
    log,
  );
  agent.resume();
  const server = await listen(options.socket, (incoming) => handleRequest(agent, incoming, log), log);
  log.info({ socket: options.socket, vrfs: source.list().map(({ metadata }) => metadata.name) }, 'ready');
  const stop = () => {
    // Attachments outlive the agent: nothing is taken down.
    server.close();
    output.flushSync();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} catch (error) {
  log.fatal((error as Error).message);
  process.exitCode = 1;
}
