import { accessSync } from 'node:fs';
import { createConnection } from 'node:net';
import { maxFrame } from '../common/protocol.ts';
import { namespaceUnusable } from './failures.ts';
import { agentAway, agentSilent, answerCutOff, answerTooLong } from './no-answer.ts';
import type { Exchange } from './system.ts';

const away: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED', 'EAGAIN']);

/** {@link System.exchange}, without descriptors: the agent enters the namespace by itself. */
export async function exchange({ socketPath, line, timeout, netns }: Exchange): Promise<string> {
  if (netns !== undefined) assertReachable(netns);
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
    const timer = setTimeout(() => fail(agentSilent(socketPath, timeout)), timeout);
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
    agent.on('error', (error: NodeJS.ErrnoException) => {
      // The agent has closed while we wrote: its answer is still to be read.
      if (connected && error.code === 'EPIPE') return;
      fail(
        connected
          ? answerCutOff(socketPath, received, error.message)
          : agentAway(socketPath, away.has(error.code), error.message),
      );
    });
  });
}

function assertReachable(netns: string): void {
  try {
    accessSync(netns);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw namespaceUnusable(netns, message, code === 'ENOENT');
  }
}
