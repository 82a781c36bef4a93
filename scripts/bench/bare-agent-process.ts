/** An agent without planning and records, to tell what Node itself takes from what ours adds. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deleteLink } from '../../agent/netlink/codec/link.ts';
import { RouteSocket } from '../../agent/netlink/socket.ts';
import { close } from '../../agent/netlink/sys/libc.ts';
import { addsIn } from './agent-process.ts';
import type { Datagram } from './bare-loop.ts';
import { addRequest, Exchange } from './client.ts';
import { netlinkIn } from './namespaces.ts';
import { pause } from './pause.ts';
import { toText } from './recording.ts';
import type { World } from './world.ts';

export interface BareAgent {
  /** Attaches a new pod, and takes that back. */
  run(): void;
  /** Milliseconds that each has taken it so far, as those of ours. */
  readonly adds: number[];
  stop(): Promise<void>;
}

/** Starts one that makes the recorded messages anew for each pod, beside `vrf`. */
export function startBareAgent(world: World, vrf: string, datagrams: readonly Datagram[]): BareAgent {
  const names = ['bare.sock', 'recording.json', 'bare.log'] as const;
  const [socket, recording, log] = names.map((name) => join(world.directory, name)) as [string, string, string];
  const netns = `/run/netns/${vrf}`;
  writeFileSync(recording, toText(datagrams));
  const program = join(import.meta.dirname, 'bare-agent.ts');
  const command = ['--pdeathsig', 'KILL', process.execPath, program, socket, netns, recording];
  const child = spawn('setpriv', command, { detached: true, stdio: ['ignore', openSync(log, 'a'), 'inherit'] });
  for (let tries = 0; !existsSync(socket); tries++) {
    if (tries > 500) throw new Error('the bare agent did not start');
    pause(20);
  }
  const remover = new RouteSocket(netlinkIn(netns));
  return {
    run() {
      const pod = world.pod();
      const descriptor = netlinkIn(pod.netns);
      const reply = new Exchange(socket, addRequest(pod, vrf), descriptor).finish();
      close(descriptor);
      if ('result' in reply && reply.result) remover.request(deleteLink(Number(reply.result.interfaces[0]!.name)));
    },
    get adds() {
      return addsIn(readFileSync(log, 'utf8'));
    },
    async stop() {
      remover.close();
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
