/** `multivrf-agent` without a command: the agent itself. */
import type { ArgumentsCamelCase, InferredOptionTypes } from 'yargs';
import { explain } from '../../common/errors.ts';
import { defaultAgentSocket, spoolDirectory } from '../../common/protocol.ts';
import { keepInstalled } from '../install/keep.ts';
import { Agent } from '../server/agent.ts';
import { type Incoming, listen } from '../server/cni-socket.ts';
import { Collector } from '../server/collector.ts';
import { Reconciler } from '../server/reconciler.ts';
import { handleRequest } from '../server/requests.ts';
import { Rest } from '../server/rest.ts';
import { workOffSpool } from '../server/spool.ts';
import { joinCluster } from './cluster.ts';
import { readInstallOptions, sourceOptions } from './install-options.ts';
import { logOptions, openLog } from './log.ts';
import { followInstallation, removalOptions } from './removal.ts';
import { shareAddresses } from './share-addresses.ts';
import { openSource, vrfSourceOptions } from './source.ts';
import { onStop } from './stop.ts';

export const runOptions = {
  ...vrfSourceOptions,
  socket: { type: 'string', default: defaultAgentSocket, describe: 'Unix socket for the plugin' },
  state: {
    type: 'string',
    default: '/run/multivrf/state',
    describe: 'Directory of what must outlive the agent but not a reboot',
  },
  'netns-directory': {
    type: 'string',
    default: '/run/netns',
    describe: 'Directory of named network namespaces',
  },
  repair: {
    type: 'boolean',
    default: true,
    describe: "Put right at once what is changed on the node's side of a VRF; without it, at the next start only",
  },
  'keep-installed': {
    type: 'boolean',
    default: false,
    describe: 'Keep the plugin and its entry where `install` puts them; the options below say where',
  },
  ...sourceOptions,
  ...removalOptions,
  'agent-socket': { type: 'string', describe: 'The socket as the node names it, when that differs from --socket' },
  ...logOptions,
} as const;

/** Serves until SIGTERM. Attachments outlive the agent: nothing is taken down, unless multivrf is removed from the cluster. */
export async function runAgent(options: ArgumentsCamelCase<InferredOptionTypes<typeof runOptions>>): Promise<void> {
  const { log, flush } = openLog(options.logLevel);
  try {
    const { source, labels, cluster } = await openSource(options, log);
    const agent = new Agent(
      { stateDirectory: options.state, netnsDirectory: options.netnsDirectory, labels },
      source,
      log,
    );
    agent.resume();
    const leave = cluster ? await joinCluster(agent, cluster, log) : () => {};
    const reconciler = options.repair ? new Reconciler(agent, log) : undefined;
    reconciler?.start();
    const removal = cluster && (await followInstallation(options.removalNote, cluster, log));
    const shared = cluster && (await shareAddresses(agent, cluster, options.addressInterval, log));
    // Before anybody is answered: these notes are older than every request.
    await workOffSpool(agent, spoolDirectory(options.socket), log);
    const rest = new Rest(log);
    const handle = (incoming: Incoming) => {
      rest.disturb();
      return handleRequest(agent, incoming, log);
    };
    const server = await listen(options.socket, shared ? (incoming) => shared.handle(incoming, handle) : handle, log);
    log.info({ socket: options.socket, vrfs: source.list().map(({ metadata }) => metadata.name) }, 'ready');
    const collector = new Collector(agent, log);
    collector.start();
    // The start takes most of it.
    rest.disturb();
    const stopping = new AbortController();
    const stop = () => {
      stopping.abort();
      collector.stop();
      rest.stop();
      reconciler?.stop();
      server.close();
      shared?.stop();
      leave();
    };
    onStop(async () => {
      // While that is being found out pods are served.
      const isRemoved = await removal?.isDue();
      stop();
      if (isRemoved) await removal?.carryOut(agent, collector, options.socket);
      flush();
      process.exit(0);
    });
    if (options.keepInstalled) {
      await keepInstalled(readInstallOptions(options, options.agentSocket ?? options.socket), log, stopping.signal);
    }
  } catch (error) {
    log.fatal(explain(error));
    process.exitCode = 1;
  }
}
