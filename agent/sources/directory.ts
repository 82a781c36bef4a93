/** VRFs from a directory of YAML files: the embedded default, which needs no Kubernetes. */
import { readdirSync } from 'node:fs';
import type { Logger } from 'pino';
import { CniCode, CniError } from '../../common/errors.ts';
import { type WatchTimes, watchDirectory } from './directory-watch.ts';
import { VrfFiles } from './vrf-files.ts';
import { nextVrfSet, type VrfSet } from './vrf-set.ts';
import { formatProblem, type SourceProblem, type VrfChange, type VrfSource } from './vrf-source.ts';
import type { VrfText } from './yaml-vrfs.ts';

/**
 * Reads the directory, and again whenever a file in it changes. Broken files are among the problems, and in
 * the log. Throws a CniError (ioFailure) when there is no such directory or it cannot be read.
 */
export function openDirectory(path: string, logger: Logger, times: WatchTimes = { settle: 50, poll: 5000 }): VrfSource {
  mustBeReadable(path);
  const files = new VrfFiles(path);
  const listeners = new Set<(change: VrfChange) => void>();
  let set: VrfSet = new Map();
  let problems: SourceProblem[] = [];

  const refresh = (): VrfChange => {
    let texts: Map<string, VrfText>;
    try {
      texts = files.read();
    } catch (error) {
      report([{ file: path, message: `cannot be read, its VRFs stay in force: ${(error as Error).message}` }]);
      return { changed: [], removed: [] };
    }
    const next = nextVrfSet(set, texts);
    report([...[...texts.values()].flatMap((text) => text.problems), ...next.problems]);
    const change = difference(set, next.set);
    set = next.set;
    if (change.changed.length + change.removed.length > 0) logger.info({ directory: path, ...change }, 'VRFs changed');
    return change;
  };
  const report = (now: SourceProblem[]) => {
    const known = new Set(problems.map(formatProblem));
    for (const problem of now) {
      const line = formatProblem(problem);
      if (!known.has(line)) logger.warn({ directory: path, ...problem }, line);
    }
    problems = now;
  };
  const publish = (change: VrfChange) => {
    if (change.changed.length + change.removed.length === 0) return;
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        logger.error({ err: error }, 'a listener for changed VRFs failed');
      }
    }
  };

  // The watch begins before the first read, so that no change falls between the two.
  const endWatch = watchDirectory(path, times, logger, () => publish(refresh()));
  refresh();
  return {
    get: (name) => set.get(name)?.vrf,
    list: () => [...set.keys()].sort().map((name) => set.get(name)!.vrf),
    problems: () => [...problems],
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      endWatch();
      listeners.clear();
    },
  };
}

function mustBeReadable(path: string): void {
  try {
    readdirSync(path);
  } catch (error) {
    const fix = 'create the directory, or name the one that holds the VRF files';
    throw new CniError(CniCode.ioFailure, `VRF directory "${path}" cannot be read: ${(error as Error).message}`, fix, {
      cause: error,
    });
  }
}

function difference(before: VrfSet, after: VrfSet): VrfChange {
  const changed = [...after].filter(([name, { vrf }]) => before.get(name)?.vrf !== vrf).map(([name]) => name);
  return { changed, removed: [...before.keys()].filter((name) => !after.has(name)) };
}
