/**
 * The limit: the netlink messages of one ADD, as the agent sent them, sent again to the kernel with nothing around them.
 * Recorded from the running agent, so that they are the same messages whatever the agent does.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parseAttributes, splitMessages } from '../../agent/netlink/message.ts';
import { close, namespaceOfSocket, receive, send } from '../../agent/netlink/sys/libc.ts';
import { type Fields, fieldsOf, isDump, isNewVeth } from './message-fields.ts';

/** One datagram of netlink messages, and whose namespace it was sent in. */
export interface Datagram {
  to: 'pod' | 'vrf';
  bytes: Buffer;
}

/** Runs `act`, which is to make the agent attach one pod, and returns what the agent sent to the kernel meanwhile. */
export async function record(agent: number, file: string, act: () => void): Promise<Datagram[]> {
  const flags = ['-f', '-e', 'trace=sendto,recvmsg', '-e', 'raw=sendto', '-e', 'write=all', '-o', file];
  const strace = spawn('strace', [...flags, '-p', String(agent)], { stdio: ['ignore', 'ignore', 'pipe'] });
  await once(strace.stderr, 'data');
  act();
  strace.kill('SIGINT');
  await once(strace, 'exit');
  return parseTrace(readFileSync(file, 'utf8'));
}

function parseTrace(trace: string): Datagram[] {
  const sent: { fd: number; flags: number; hex: string[] }[] = [];
  let pod = -1;
  for (const line of trace.split('\n')) {
    const descriptor = /cmsg_type=SCM_RIGHTS, cmsg_data=\[(\d+)\]/.exec(line)?.[1];
    if (descriptor !== undefined) pod = Number(descriptor);
    const [, fd, flags] = /\bsendto\((0x[0-9a-f]+), \w+, \w+, (\w+),/.exec(line) ?? [];
    if (fd !== undefined) sent.push({ fd: Number(fd), flags: Number(flags), hex: [] });
    const bytes = /^ \| [0-9a-f]+ {2}((?:[0-9a-f]{2} {1,2})+)/.exec(line)?.[1];
    if (bytes !== undefined) sent.at(-1)!.hex.push(bytes.replaceAll(' ', ''));
  }
  // The answer to the plugin goes without waiting (MSG_DONTWAIT).
  const toKernel = sent.filter(({ flags }) => flags === 0);
  return toKernel.map(({ fd, hex }) => ({ to: fd === pod ? 'pod' : 'vrf', bytes: Buffer.from(hex.join(''), 'hex') }));
}

const answer = Buffer.allocUnsafe(256 * 1024);

/** A recorded ADD, to be made again in any namespace. */
export class BareLoop {
  readonly #datagrams: readonly (Datagram & { fields: Fields })[];
  readonly #vrf: number;

  /** `vrf`: a netlink socket in the VRF's namespace. */
  constructor(datagrams: readonly Datagram[], vrf: number) {
    this.#datagrams = datagrams.map(({ to, bytes }) => ({ to, bytes, fields: fieldsOf(bytes) }));
    this.#vrf = vrf;
  }

  get messages(): number {
    return this.#datagrams.reduce((sum, { bytes }) => sum + splitMessages(bytes).length, 0);
  }

  /**
   * Attaches the pod behind the netlink socket `pod`; `name` is the host end's, of as many characters as the recorded one.
   * Returns the milliseconds that took, and the host end's index.
   */
  run(pod: number, name?: string): { took: number; hostEnd: number } {
    const netns = namespaceOfSocket(pod);
    const born = { vrf: 0, pod: 0 };
    const began = performance.now();
    for (const { to, bytes, fields } of this.#datagrams) {
      if (name !== undefined) for (const offset of fields.name) bytes.write(name, offset, 'latin1');
      for (const offset of fields.netns) bytes.writeInt32LE(netns, offset);
      for (const offset of fields.own) bytes.writeInt32LE(born[to], offset);
      send(to === 'pod' ? pod : this.#vrf, bytes);
      this.#await(to === 'pod' ? pod : this.#vrf, bytes, fields.last, born);
    }
    const took = performance.now() - began;
    close(netns);
    return { took, hostEnd: born.vrf };
  }

  #await(fd: number, sent: Buffer, last: number, born: { vrf: number; pod: number }): void {
    const sequence = sent.readUInt32LE(last + 8);
    for (;;) {
      for (const { type, sequence: answered, body } of splitMessages(answer.subarray(0, receive(fd, answer)))) {
        if (isNewVeth(sent) && type === 16) {
          born.vrf = body.readInt32LE(4);
          born.pod = parseAttributes(body, 16).get(5)!.readInt32LE(0);
        }
        const errno = type === 2 ? -body.readInt32LE(0) : 0;
        if (errno !== 0) throw new Error(`the kernel refused a recorded message: errno ${errno}`);
        if (answered === sequence && (type === 3 || (type === 2 && !isDump(sent)))) return;
      }
    }
  }
}
