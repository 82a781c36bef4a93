/** What this process does in other network namespaces: a probe needs no process of its own. */
import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';
import { toBytes } from '../../common/addresses.ts';
import type { Netns } from './netns.ts';

const setns = koffi.load('libc.so.6').func('int setns(int fd, int type)');
const [AF_INET, AF_INET6] = [2, 10];

function enter(fd: number, what: string): void {
  if (setns(fd, 0) < 0) throw new Error(`setns ${what}: errno ${koffi.errno()}`);
}

/** Does something synchronous with the thread inside `netns`. */
export function inside<T>(netns: Netns, action: () => T): T {
  const back = openSync('/proc/thread-self/ns/net', 'r');
  const there = openSync(netns.path, 'r');
  try {
    enter(there, netns.path);
    return action();
  } finally {
    enter(back, 'back');
    closeSync(there);
    closeSync(back);
  }
}

/** `sockaddr_in` or `sockaddr_in6`; `index` is the scope of a link-local address. */
export function socketAddress(address: string, port: number, index = 0): Buffer {
  const bytes = toBytes(address);
  const v6 = bytes.length === 16;
  const buffer = Buffer.alloc(v6 ? 28 : 16);
  buffer.writeUInt16LE(v6 ? AF_INET6 : AF_INET, 0);
  buffer.writeUInt16BE(port, 2);
  buffer.set(bytes, v6 ? 8 : 4);
  if (/^(fe80|ff02)/.test(address)) buffer.writeUInt32LE(index, 24);
  return buffer;
}
