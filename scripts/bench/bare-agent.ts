/**
 * The least that an agent of Node's takes: it accepts a request with a descriptor as ours does, sends the recorded netlink
 * messages, and answers. Arguments: its socket, the VRF's namespace, and the recording (`{to, bytes}`, base64).
 */
import { readFileSync } from 'node:fs';
import pino from 'pino';
import { close } from '../../agent/netlink/sys/libc.ts';
import { type Incoming, listen } from '../../agent/server/cni-socket.ts';
import type { Reply } from '../../common/protocol.ts';
import { BareLoop, type Datagram } from './bare-loop.ts';
import { netlinkIn } from './namespaces.ts';

const [socket, netns, recording] = process.argv.slice(2) as [string, string, string];
const recorded = JSON.parse(readFileSync(recording, 'utf8')) as { to: Datagram['to']; bytes: string }[];
const datagrams = recorded.map(({ to, bytes }) => ({ to, bytes: Buffer.from(bytes, 'base64') }));
const loop = new BareLoop(datagrams, netlinkIn(netns));

/** Whoever asked removes the host end, whose index is the interface's name. */
function attach({ descriptor }: Incoming): Reply {
  const { hostEnd } = loop.run(descriptor!);
  close(descriptor!);
  return { ok: true, result: { interfaces: [{ name: `${hostEnd}` }], ips: [], routes: [], sysctls: [] } };
}

await listen(socket, attach, pino({ level: 'debug' }));
