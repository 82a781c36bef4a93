/** An agent without planning and records, to tell what Node itself takes from what ours adds. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deleteLink } from '../../agent/netlink/codec/link.ts';
import { RouteSocket } from '../../agent/netlink/socket.ts';
import { close } from '../../agent/netlink/sys/libc.ts';
import type { Datagram } from './bare-loop.ts';
import { addRequest, Exchange } from './client.ts';
import { netlinkIn } from './namespaces.ts';
import { pause } from './pause.ts';
import type { World } from './world.ts';

export interface BareAgent {
  /** Attaches a new pod, and takes that back. Returns the milliseconds from asking to the answer. */
  run(): number;
  stop(): Promise<void>;
}

/** Starts one that makes the recorded messages anew for each pod, beside `vrf`. */
export function startBareAgent(world: World, vrf: string, datagrams: readonly Datagram[]): BareAgent {
  const [socket, recording] = ['bare.sock', 'recording.json'].map((name) => join(world.directory, name)) as [
    string,
    string,
  ];
  const netns = `/run/netns/${vrf}`;
  writeFileSync(recording, JSON.stringify(datagrams.map(({ to, bytes }) => ({ to, bytes: bytes.toString('base64') }))));
  const program = join(import.meta.dirname, 'bare-agent.ts');
  const command = ['--pdeathsig', 'KILL', process.execPath, program, socket, netns, recording];
  const child = spawn('setpriv', command, { detached: true, stdio: ['ignore', 'ignore', 'inherit'] });
  for (let tries = 0; !existsSync(socket); tries++) {
    if (tries > 500) throw new Error('the bare agent did not start');
    pause(20);
  }
  const remover = new RouteSocket(netlinkIn(netns));
  return {
    run() {
      const pod = world.pod();
      const descriptor = netlinkIn(pod.netns);
      const began = performance.now();
      const reply = new Exchange(socket, addRequest(pod, vrf), descriptor).finish();
      const took = performance.now() - began;
      close(descriptor);
      if ('result' in reply && reply.result) remover.request(deleteLink(Number(reply.result.interfaces[0]!.name)));
      return took;
    },
    async stop() {
      remover.close();
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
