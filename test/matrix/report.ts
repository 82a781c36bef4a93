/**
 * What the matrix found: a file for each kernel in `build/matrix/`, since suites may run in two kernels at once, and all of
 * them together in `build/matrix.json`.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join, resolve } from 'node:path';
import { hasVrfDevices } from '../support/kernel.ts';
import type { Wrong } from './cells/cell.ts';
import type { Outcome } from './run.ts';

/** One combination under one condition. */
interface Part extends Outcome {
  name: string;
}

/** What counts in the end; `compared` are the cells that the agent's evidence speaks about: all of them, or something is amiss. */
interface Counts {
  cells: number;
  wrong: number;
  compared: number;
  disagreements: number;
}

interface Kernel extends Counts {
  release: string;
  vrfDevices: boolean;
  parts: Part[];
}

interface Report extends Counts {
  kernels: Kernel[];
}

const build = resolve(import.meta.dirname, '../../build');
const directory = join(build, 'matrix');

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

function read(file: string): Kernel | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, file), 'utf8')) as Kernel;
  } catch {
    return undefined;
  }
}

function write(path: string, value: unknown): void {
  writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${path}.${process.pid}`, path);
}

/** Records one part's outcome in place of an earlier one of the same name in the same kernel. */
export function report(name: string, outcome: Outcome): void {
  mkdirSync(directory, { recursive: true });
  const file = `${release()}.json`;
  const parts = [...(read(file)?.parts ?? []).filter((part) => part.name !== name), { name, ...outcome }];
  const kernel: Kernel = {
    release: release(),
    vrfDevices: hasVrfDevices(),
    cells: sum(parts.map((part) => part.cells)),
    wrong: sum(parts.map((part) => part.wrong.length)),
    compared: sum(parts.map((part) => part.compared)),
    disagreements: sum(parts.map((part) => part.disagreements.length)),
    parts,
  };
  write(join(directory, file), kernel);
  mergeKernels();
}

/** Writes `build/matrix.json` from what each kernel has recorded; throws when none has. */
export function mergeKernels(): Report {
  const kernels = readdirSync(directory).flatMap((file) => (file.endsWith('.json') ? (read(file) ?? []) : []));
  const total = (what: keyof Counts) => sum(kernels.map((kernel) => kernel[what]));
  const all: Report = {
    cells: total('cells'),
    wrong: total('wrong'),
    compared: total('compared'),
    disagreements: total('disagreements'),
    kernels,
  };
  write(join(build, 'matrix.json'), all);
  return all;
}

/** Removes what earlier runs recorded. */
export function forgetMatrix(): void {
  for (const path of [directory, join(build, 'matrix.json')]) rmSync(path, { recursive: true, force: true });
}

/** A wrong cell with the packet that passed, or with none that should have. */
export function inWords({ cell, why, heard }: Wrong): string {
  return `${cell} (${why}); heard: ${heard.join(', ') || 'nothing'}`;
}
