/**
 * The least that an agent of Node's takes: it accepts a request with a descriptor as ours does, sends the recorded netlink
 * messages, and answers. Arguments: its socket, the VRF's namespace, and the recording.
 */
import { readFileSync } from 'node:fs';
import pino from 'pino';
import { close } from '../../agent/netlink/sys/libc.ts';
import { type Incoming, listen } from '../../agent/server/cni-socket.ts';
import type { Reply } from '../../common/protocol.ts';
import { BareLoop } from './bare-loop.ts';
import { netlinkIn } from './namespaces.ts';
import { fromText } from './recording.ts';

const [socket, netns, recording] = process.argv.slice(2) as [string, string, string];
const loop = new BareLoop(fromText(readFileSync(recording, 'utf8')), netlinkIn(netns));

/** Whoever asked removes the host end, whose index is the interface's name. */
function attach({ descriptor }: Incoming): Reply {
  const { hostEnd } = loop.run(descriptor!);
  close(descriptor!);
  return { ok: true, result: { interfaces: [{ name: `${hostEnd}` }], ips: [], routes: [], sysctls: [] } };
}

await listen(socket, attach, pino({ level: 'debug' }));
