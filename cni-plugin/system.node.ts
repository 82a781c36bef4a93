import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { exchange } from './exchange.node.ts';
import { sysctlRefused } from './failures.ts';
import { removeNote, writeNote } from './note.node.ts';
import { isExecutable, run } from './run.node.ts';
import type { System } from './system.ts';

/** The operating system as Node shows it: no setns and no descriptors, so the agent enters the namespace. */
export const nodeSystem: System = {
  entersNamespace: false,
  env: (name) => process.env[name],
  readStdin: () => readFileSync(0, 'utf8'),
  print: (text) => writeFileSync(1, text),
  warn: (line) => writeFileSync(2, `${line}\n`),
  exit: (status) => process.exit(status),
  sleep: (milliseconds) => delay(milliseconds),
  exchange,
  writeSysctl: (path, value) => {
    throw sysctlRefused(path, value, 'Node cannot enter a network namespace');
  },
  writeNote,
  removeNote,
  isExecutable,
  run,
};
