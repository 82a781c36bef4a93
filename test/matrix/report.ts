/**
 * What the matrix found: a file for each part in `build/matrix/`, since several may run at once, in one kernel or in two,
 * and all of them together in `build/matrix.json`.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join, resolve } from 'node:path';
import { hasVrfDevices } from '../support/kernel.ts';
import type { Wrong } from './cells/cell.ts';
import type { Outcome } from './run.ts';

/** One combination under one condition, in one kernel. */
interface Part extends Outcome {
  name: string;
  release: string;
  vrfDevices: boolean;
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
  parts: readonly Part[];
}

interface Report extends Counts {
  kernels: Kernel[];
}

const build = resolve(import.meta.dirname, '../../build');
const directory = join(build, 'matrix');

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/** Whoever reads meanwhile finds the old one or the new one. Processes of two kernels may have the same number. */
function write(path: string, value: unknown): void {
  const unfinished = `${path}.${randomUUID()}`;
  writeFileSync(unfinished, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(unfinished, path);
}

/** Records one part's outcome in place of an earlier one of the same name in the same kernel. */
export function report(name: string, outcome: Outcome): void {
  mkdirSync(directory, { recursive: true });
  const part: Part = { name, release: release(), vrfDevices: hasVrfDevices(), ...outcome };
  write(join(directory, `${encodeURIComponent(`${part.release}, ${name}`)}.json`), part);
  mergeParts();
}

function recorded(): Part[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.json'));
  return files.map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as Part);
}

function kernelOf(parts: readonly Part[]): Kernel {
  const { release, vrfDevices } = parts[0]!;
  return {
    release,
    vrfDevices,
    cells: sum(parts.map(({ cells }) => cells)),
    wrong: sum(parts.map(({ wrong }) => wrong.length)),
    compared: sum(parts.map(({ compared }) => compared)),
    disagreements: sum(parts.map(({ disagreements }) => disagreements.length)),
    parts,
  };
}

/** Writes `build/matrix.json` from what has been recorded; throws when nothing has. */
export function mergeParts(): Report {
  const kernels = [...Map.groupBy(recorded(), (part) => part.release).values()].map(kernelOf);
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
