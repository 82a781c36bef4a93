/** Runs a target's inputs in chunks, each with a seed of its own, and gathers what broke. */
import fc from 'fast-check';
import type { Failure, Report, Target } from './target.ts';

const defaultChunk = 200;
/** What more failures tell is not worth the time. */
const enoughFailures = 10;
/** No input may keep a core busy for longer, in milliseconds of processor time: elapsed time depends on the neighbours. */
const processorLimit = 3_000;
/** In milliseconds: the search for a smaller input ends then, before the supervisor loses its patience. */
const chunkLimit = 90_000;

/** What is to be run: a number of cases from a seed on, or one input again. */
export interface Plan {
  cases: number;
  seed: number;
  /** Of a {@link Failure}: only the input it leads to. */
  path?: string;
}

/** Runs the plan; `progress` is called with the seed of each chunk before it. */
export async function check(target: Target, plan: Plan, progress: (seed: number) => void): Promise<Report> {
  const per = target.casesPerInput ?? 1;
  const failures: Failure[] = [];
  let cases = 0;
  for (let chunk = 0; cases < plan.cases && failures.length < enoughFailures; chunk++) {
    const seed = plan.seed + chunk;
    progress(seed);
    const runs = Math.ceil(Math.min(target.casesPerChunk ?? defaultChunk, plan.cases - cases) / per);
    const { done, failure } = await checkChunk(target, seed, runs, plan.path);
    cases += done * per;
    if (failure) failures.push(failure);
    if (plan.path !== undefined) break;
  }
  return { cases, failures };
}

async function checkChunk(target: Target, seed: number, runs: number, path: string | undefined) {
  const property = fc.asyncProperty(target.input, (input) => withinLimit(() => target.run(input)));
  const endOnFailure = target.shrinks === false;
  const parameters = { seed, numRuns: runs, endOnFailure, interruptAfterTimeLimit: chunkLimit };
  const details = await fc.check(property, path === undefined ? parameters : { ...parameters, path });
  const failure = details.failed
    ? {
        seed,
        path: details.counterexamplePath ?? '',
        error: textOf(details.errorInstance),
        input: shown(target, details.counterexample),
      }
    : await settled(target, seed);
  return { done: details.numRuns, failure };
}

function shown(target: Target, counterexample: [unknown] | null): string {
  if (counterexample === null) return 'none';
  const [input] = counterexample;
  return target.show?.(input) ?? fc.stringify(input);
}

async function settled(target: Target, seed: number): Promise<Failure | undefined> {
  try {
    await target.settle?.();
    return undefined;
  } catch (error) {
    return { seed, path: '', error: textOf(error), input: 'the whole chunk' };
  }
}

async function withinLimit(run: () => void | Promise<void>): Promise<void> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  const milliseconds = (user + system) / 1000;
  if (milliseconds > processorLimit) throw new Error(`took ${Math.round(milliseconds)} ms of processor time`);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
