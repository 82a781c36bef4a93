import { exchange, writeSysctl } from './exchange.bun.ts';
import { systemCallFailed } from './failures.ts';
import { errno, stdio } from './libc.bun.ts';
import type { System } from './system.ts';

/** The operating system through libc: Bun's own and node's modules take longer to load than all else we do. */
export const bunSystem: System = {
  entersNamespace: true,
  env: (name) => process.env[name],
  readStdin,
  print,
  exit: (status) => {
    stdio._exit(status);
    throw new Error('_exit returned');
  },
  exchange,
  writeSysctl,
};

function readStdin(): string {
  let buffer = new Uint8Array(64 * 1024);
  let length = 0;
  for (;;) {
    const free = buffer.subarray(length);
    const count = stdio.read(0, free, free);
    if (count < 0) throw systemCallFailed('read of stdin', `errno ${errno()}`);
    if (count === 0) return new TextDecoder().decode(buffer.subarray(0, length));
    length += count;
    if (length === buffer.length) {
      const larger = new Uint8Array(buffer.length * 4);
      larger.set(buffer);
      buffer = larger;
    }
  }
}

function print(text: string): void {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) {
    const count = stdio.write(1, rest, rest);
    if (count < 0) throw systemCallFailed('write to stdout', `errno ${errno()}`);
    rest = rest.subarray(count);
  }
}
