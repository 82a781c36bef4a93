/** VRFs from a directory of YAML files: the embedded default, which needs no Kubernetes. */
import { readdirSync } from 'node:fs';
import type { Logger } from 'pino';
import { CniCode, CniError } from '../../common/errors.ts';
import { type WatchTimes, watchDirectory } from './directory-watch.ts';
import { Publisher } from './publisher.ts';
import { VrfFiles } from './vrf-files.ts';
import { difference, nextVrfSet, type VrfSet } from './vrf-set.ts';
import type { VrfSource } from './vrf-source.ts';
import type { VrfText } from './yaml-vrfs.ts';

/**
 * Reads the directory, and again whenever a file in it changes. Broken files are among the problems, and in
 * the log. Throws a CniError (ioFailure) when there is no such directory or it cannot be read.
 */
export function openDirectory(path: string, logger: Logger, times: WatchTimes = { settle: 50, poll: 5000 }): VrfSource {
  mustBeReadable(path);
  const log = logger.child({ directory: path });
  const files = new VrfFiles(path);
  const publisher = new Publisher(log);
  let set: VrfSet = new Map();
  let unreadable: string | undefined;

  const refresh = () => {
    let texts: Map<string, VrfText>;
    try {
      texts = files.read();
      unreadable = undefined;
    } catch (error) {
      unreadable = `cannot be read, its VRFs stay in force: ${(error as Error).message}`;
      publisher.report([{ file: path, message: unreadable }]);
      return;
    }
    const next = nextVrfSet(set, texts);
    publisher.report([...[...texts.values()].flatMap((text) => text.problems), ...next.problems]);
    const change = difference(set, next.set);
    set = next.set;
    publisher.publish(change);
  };

  // The watch begins before the first read, so that no change falls between the two.
  const endWatch = watchDirectory(path, times, log, refresh);
  refresh();
  return {
    get: (name) => set.get(name)?.vrf,
    list: () => [...set.keys()].sort().map((name) => set.get(name)!.vrf),
    problems: () => publisher.problems,
    unavailable: () =>
      unreadable === undefined
        ? undefined
        : {
            message: `VRF directory ${path} ${unreadable}`,
            advice: 'until it can be read, no new VRF and no change is seen',
          },
    onChange: (listener) => publisher.listen(listener),
    close() {
      endWatch();
      publisher.close();
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
