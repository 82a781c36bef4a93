/** The bare netlink loop in a world: recorded once, then run on a new pod each time. */
import { join } from 'node:path';
import { deleteLink } from '../../agent/netlink/codec/link.ts';
import { RouteSocket } from '../../agent/netlink/socket.ts';
import { close } from '../../agent/netlink/sys/libc.ts';
import { BareLoop, type Datagram, record } from './bare-loop.ts';
import { netlinkIn } from './namespaces.ts';
import { pause } from './pause.ts';
import type { World } from './world.ts';

export interface Bare {
  /** Attaches a new pod, and takes that back. Returns the milliseconds that the first took. */
  run(): number;
  messages: number;
  datagrams: readonly Datagram[];
}

/** Records what the agent sends for an ADD in `vrf`, which stands in a namespace of its own. */
export async function recordedAdd(world: World, vrf: string): Promise<Bare> {
  // What makes the VRF is no part of an ADD as usual.
  const [first, recorded] = world.pods(2) as [ReturnType<World['pod']>, ReturnType<World['pod']>];
  world.attach(first, vrf);
  const file = join(world.directory, 'trace');
  const datagrams = await record(world.agent.pid, file, () => world.attach(recorded, vrf));
  world.detach([first, recorded]);
  pause(100);
  const path = `/run/netns/${vrf}`;
  const loop = new BareLoop(datagrams, netlinkIn(path));
  const remover = new RouteSocket(netlinkIn(path));
  return {
    messages: loop.messages,
    datagrams,
    run() {
      const socket = netlinkIn(world.pod().netns);
      const { took, hostEnd } = loop.run(socket);
      close(socket);
      remover.request(deleteLink(hostEnd));
      return took;
    },
  };
}
