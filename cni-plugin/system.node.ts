import { accessSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { maxFrame } from '../common/protocol.ts';
import {
  agentAway,
  agentSilent,
  answerCutOff,
  answerTooLong,
  namespaceUnusable,
  socketPathTooLong,
  sysctlRefused,
} from './failures.ts';
import { exchangeDeadline, type System } from './system.ts';
import { maxSocketPath } from './unix-message.ts';

/** The operating system as Node shows it: no setns and no descriptors, so the agent enters the namespace. */
export const nodeSystem: System = {
  entersNamespace: false,
  env: (name) => process.env[name],
  readStdin: () => readFileSync(0, 'utf8'),
  print: (text) => writeFileSync(1, text),
  exit: (status) => process.exit(status),
  exchange,
  writeSysctl: (path, value) => {
    throw sysctlRefused(path, value, 'Node cannot enter a network namespace');
  },
};

async function exchange(socketPath: string, line: string, netns?: string): Promise<string> {
  if (netns !== undefined) assertReachable(netns);
  if (Buffer.byteLength(socketPath) > maxSocketPath) throw socketPathTooLong(socketPath);
  return new Promise((resolve, reject) => {
    let received = '';
    let connected = false;
    const agent = createConnection(socketPath);
    const settle = (end: () => void) => {
      clearTimeout(timer);
      agent.destroy();
      end();
    };
    const fail = (error: Error) => settle(() => reject(error));
    const timer = setTimeout(() => fail(agentSilent(socketPath, exchangeDeadline)), exchangeDeadline);
    agent.setEncoding('utf8');
    agent.on('connect', () => {
      connected = true;
      agent.write(line);
    });
    agent.on('data', (part: string) => {
      received += part;
      const end = received.indexOf('\n');
      if (end >= 0) settle(() => resolve(received.slice(0, end)));
      else if (received.length > maxFrame) fail(answerTooLong(socketPath, maxFrame));
    });
    agent.on('end', () => fail(answerCutOff(socketPath, received, 'end of file')));
    agent.on('error', (error) => {
      // The agent has closed while we wrote: its answer is still to be read.
      if (connected && (error as NodeJS.ErrnoException).code === 'EPIPE') return;
      fail(connected ? answerCutOff(socketPath, received, error.message) : agentAway(socketPath, error.message));
    });
  });
}

function assertReachable(netns: string): void {
  try {
    accessSync(netns);
  } catch (error) {
    throw namespaceUnusable(netns, (error as Error).message);
  }
}
