/**
 * ADD as nearly every pod needs it: in a chain, with or without the annotation, and nothing wrong. One function without
 * helpers, because in a process this short the first call of a function takes longer than what it does
 * (docs/decisions/quick-add.md). Whatever is unusual it leaves to main.ts, which begins anew and says what is wrong.
 */
import { ptr } from 'bun:ffi';
import { attachAnnotation, type CniResult, type NetConf, podAnnotationsCapability } from '../common/cni.ts';
import { defaultAgentSocket, protocolVersion, type Reply } from '../common/protocol.ts';
import { agentReserve, defaultTimeout } from './defaults.ts';
import { handOver } from './hand-over.bun.ts';
import { networkCalls, stdio } from './libc.bun.ts';
import { maxSocketPath } from './unix-message.ts';

const lists = ['interfaces', 'ips', 'routes'] as const;
const newline = 10;

/** Does not return when it has done its work; returns when main.ts is to do it, with {@link handOver} saying how far it came. */
export function quickAdd(): void {
  try {
    const stdin = new Uint8Array(64 * 1024);
    for (let count = 1; count > 0; ) {
      const { length } = handOver.stdin;
      const free = stdin.subarray(length);
      count = stdio.read(0, free, free);
      handOver.stdin = stdin.subarray(0, length + Math.max(0, count));
    }
    const decoder = new TextDecoder();
    const config: NetConf = JSON.parse(decoder.decode(handOver.stdin));
    const { cniVersion, name, prevResult, agentSocket = defaultAgentSocket } = config;
    const { CNI_CONTAINERID: containerId, CNI_IFNAME: ifname, CNI_NETNS: netns, CNI_ARGS: args = '' } = process.env;
    if (!containerId || !ifname || !netns || ifname.length > 15) return;
    // Of the characters that names may have, those that they have.
    for (const text of [containerId, ifname]) {
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        const isAlphanumeric = (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a);
        if (!isAlphanumeric && (i === 0 || (code !== 0x2d && code !== 0x2e && code !== 0x5f))) return;
      }
    }
    if (cniVersion !== '1.0.0' && cniVersion !== '1.1.0') return;
    if (typeof prevResult !== 'object' || prevResult === null || Array.isArray(prevResult)) return;
    if (config.vrf !== undefined) return;
    const annotations = config.runtimeConfig?.[podAnnotationsCapability] as Record<string, unknown> | null | undefined;
    const attach = annotations?.[attachAnnotation];
    const encoder = new TextEncoder();
    if (attach === undefined) {
      const line = encoder.encode(`${JSON.stringify(prevResult)}\n`);
      for (let rest = line; rest.length > 0; ) {
        const count = stdio.write(1, rest, rest);
        if (count < 0) return;
        rest = rest.subarray(count);
      }
      stdio._exit(0);
    }
    if (typeof attach !== 'string' || config.ipam !== undefined || config.timeoutSeconds !== undefined) return;
    if (typeof name !== 'string' || name === '' || !name.isWellFormed()) return;
    if (typeof agentSocket !== 'string' || agentSocket[0] !== '/' || agentSocket.includes('\0')) return;
    for (const key of lists) {
      const list = prevResult[key] ?? [];
      if (!Array.isArray(list)) return;
      for (const one of list) if (typeof one !== 'object' || one === null || Array.isArray(one)) return;
    }
    const path = encoder.encode(agentSocket);
    if (path.length > maxSocketPath) return;

    const libc = networkCalls();
    const AF_UNIX = 1;
    const SOCK_CLOEXEC = 0o2000000;
    const SOL_SOCKET = 1;
    const agent = libc.socket(AF_UNIX, 1 | SOCK_CLOEXEC, 0);
    const address = new Uint8Array(path.length + 3);
    address[0] = AF_UNIX;
    address.set(path, 2);
    // struct timeval; SO_SNDTIMEO is also the time that a connect may wait for a place in the agent's queue.
    const patience = new Uint32Array([defaultTimeout / 1000, 0, 0, 0]);
    libc.setsockopt(agent, SOL_SOCKET, 21, patience, patience);
    libc.setsockopt(agent, SOL_SOCKET, 20, patience, patience);
    // Before the rest: while we enter the namespace the agent wakes up.
    if (libc.connect(agent, address, address) < 0) return;
    const O_CLOEXEC_NONBLOCK = 0o2004000;
    const namespace = libc.open(netns, O_CLOEXEC_NONBLOCK);
    if (namespace < 0 || libc.setns(namespace, 0x40000000) < 0) return;
    handOver.inPod = true;
    const netlink = libc.socket(16, 3 | SOCK_CLOEXEC, 0);
    if (netlink < 0) return;
    const head = { protocol: protocolVersion, network: name, timeout: defaultTimeout - agentReserve };
    const request = encoder.encode(
      `${JSON.stringify({ ...head, containerId, ifname, netns, args, verb: 'ADD', attach, hasSocket: true })}\n`,
    );
    // Numbers of 64 bits as halves: struct cmsghdr with SCM_RIGHTS, struct iovec, struct msghdr.
    const half = 0x1_0000_0000;
    const control = new Uint32Array([20, 0, 1, 1, netlink, 0]);
    const [at, length] = [ptr(request), request.length];
    const iov = new Uint32Array([at, at / half, length, 0]);
    const [iovAt, controlAt] = [ptr(iov), ptr(control)];
    const message = new Uint32Array([0, 0, 0, 0, iovAt, iovAt / half, 1, 0, controlAt, controlAt / half, 24, 0, 0, 0]);
    if (libc.sendmsg(agent, message, 0x4000) !== length) return;
    handOver.asked = { agent, received: new Uint8Array(0) };

    const answer = new Uint8Array(64 * 1024);
    const count = stdio.read(agent, answer, answer);
    if (count <= 0) return;
    const received = answer.subarray(0, count);
    handOver.asked.received = received;
    if (received[count - 1] !== newline) return;
    const reply: Reply = JSON.parse(decoder.decode(received));
    const made = reply.ok === true ? reply.result : undefined;
    if (made === undefined) return;
    const value = new Uint8Array(64);
    for (const sysctl of made.sysctls) {
      if (!sysctl.path.startsWith('net/') || sysctl.path.includes('..')) return;
      const wanted = encoder.encode(sysctl.value);
      const file = libc.open(`/proc/sys/${sysctl.path}`, 0o2000002);
      // A value that is there is left alone, see writeSysctl of namespace.bun.ts.
      const holds = stdio.read(file, value, value) === 2 && wanted.length === 1 && value[0] === wanted[0];
      if (!holds && libc.pwrite(file, wanted, wanted, 0) < 0) return;
    }
    const result: CniResult = { ...prevResult, cniVersion };
    const interfaces = [...(prevResult.interfaces ?? [])];
    const ips = [...(prevResult.ips ?? [])];
    const offset = interfaces.length;
    for (const one of made.interfaces) {
      const { mac, mtu } = one;
      if (typeof one.name !== 'string') return;
      interfaces.push({
        name: one.name,
        sandbox: netns,
        ...(mac === undefined ? {} : { mac }),
        ...(mtu === undefined || cniVersion === '1.0.0' ? {} : { mtu }),
      });
    }
    for (const { address: own, gateway, interface: index } of made.ips) {
      if (typeof own !== 'string') return;
      const ip = { address: own, ...(gateway === undefined ? {} : { gateway }) };
      ips.push(index === undefined ? ip : { ...ip, interface: offset + index });
    }
    result.interfaces = interfaces;
    result.ips = ips;
    if (made.routes.length > 0 && cniVersion !== '1.0.0')
      result.routes = [...(prevResult.routes ?? []), ...made.routes];
    const line = encoder.encode(`${JSON.stringify(result)}\n`);
    for (let rest = line; rest.length > 0; ) {
      const count = stdio.write(1, rest, rest);
      if (count < 0) return;
      rest = rest.subarray(count);
    }
    // This use keeps alive until now what only addresses inside message point to.
    stdio._exit(Math.min(0, request.length + iov.length + control.length));
  } catch {
    // main.ts meets the same, and says what it is.
  }
}
