import { exchange } from './exchange.bun.ts';
import { systemCallFailed } from './failures.ts';
import { handOver } from './hand-over.bun.ts';
import { errorText, stdio } from './libc.bun.ts';
import { writeSysctl } from './namespace.bun.ts';
import { removeNote, writeNote } from './note.bun.ts';
import { isExecutable, run } from './run.bun.ts';
import type { System } from './system.ts';

/** The operating system through libc: Bun's own and node's modules take longer to load than all else we do. */
export const bunSystem: System = {
  entersNamespace: true,
  env: (name) => process.env[name],
  readStdin,
  print: (text) => write(1, text),
  warn: (line) => write(2, `${line}\n`),
  exit: (status) => {
    stdio._exit(status);
    throw new Error('_exit returned');
  },
  sleep: (milliseconds) => Bun.sleepSync(milliseconds),
  exchange,
  writeSysctl,
  writeNote,
  removeNote,
  isExecutable,
  run,
};

function readStdin(): string {
  let length = handOver.stdin.length;
  let buffer = new Uint8Array(64 * 1024 + length);
  buffer.set(handOver.stdin);
  for (;;) {
    const free = buffer.subarray(length);
    const count = stdio.read(0, free, free);
    if (count < 0) throw systemCallFailed('read of stdin', errorText());
    if (count === 0) return new TextDecoder().decode(buffer.subarray(0, length));
    length += count;
    if (length === buffer.length) {
      const larger = new Uint8Array(buffer.length * 4);
      larger.set(buffer);
      buffer = larger;
    }
  }
}

function write(descriptor: number, text: string): void {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) {
    const count = stdio.write(descriptor, rest, rest);
    if (count < 0) throw systemCallFailed(descriptor === 1 ? 'write to stdout' : 'write to stderr', errorText());
    rest = rest.subarray(count);
  }
}
