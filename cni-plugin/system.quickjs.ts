import { exchange } from './exchange.quickjs.ts';
import { systemCallFailed } from './failures.ts';
import { encode, errorText, libc } from './libc.quickjs.ts';
import { writeSysctl } from './namespace.quickjs.ts';
import { removeNote, writeNote } from './note.quickjs.ts';
import { isExecutable, run } from './run.quickjs.ts';
import { timespec } from './structures.ts';
import type { System } from './system.ts';

/** The operating system by its system calls. */
export const linuxSystem: System = {
  entersNamespace: true,
  env,
  readStdin,
  print: (text) => write(1, text),
  warn: (line) => write(2, `${line}\n`),
  exit: (status) => {
    libc.exit_group(status);
    throw new Error('exit_group returned');
  },
  sleep,
  exchange,
  writeSysctl,
  writeNote,
  removeNote,
  isExecutable,
  run,
};

let variables: string[] | undefined;

function env(name: string): string | undefined {
  variables ??= libc.environment();
  const start = `${name}=`;
  return variables.find((one) => one.startsWith(start))?.slice(start.length);
}

function readStdin(): string {
  let length = 0;
  let buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const free = buffer.subarray(length);
    const count = libc.read(0, free, free.length);
    if (count < 0) throw systemCallFailed('read of stdin', errorText(count));
    if (count === 0) return libc.decode(buffer.subarray(0, length));
    length += count;
    if (length === buffer.length) {
      const larger = new Uint8Array(buffer.length * 4);
      larger.set(buffer);
      buffer = larger;
    }
  }
}

function write(descriptor: number, text: string): void {
  let rest = encode(text);
  while (rest.length > 0) {
    const count = libc.write(descriptor, rest, rest.length);
    if (count < 0) throw systemCallFailed(descriptor === 1 ? 'write to stdout' : 'write to stderr', errorText(count));
    rest = rest.subarray(count);
  }
}

function sleep(milliseconds: number): void {
  libc.ppoll(0, 0, timespec(milliseconds), 0);
}
