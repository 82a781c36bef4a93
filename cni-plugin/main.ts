import { CniCode, CniError } from '../common/errors.ts';
import { add } from './add.ts';
import { check } from './check.ts';
import { isSupported, parseObject } from './config.ts';
import { del } from './del.ts';
import { gc } from './gc.ts';
import { bodyOf } from './refusal.ts';
import { status } from './status.ts';
import type { System } from './system.ts';
import { latestVersion, versionResult } from './version.ts';

/** A verb gives back what is to be printed, undefined for nothing. */
type Verb = (system: System, stdin: string) => unknown;

/** One call of the CNI: environment and stdin in, at most one JSON object on stdout, exit status 0 or 1. */
export async function run(system: System): Promise<void> {
  let stdin = '';
  try {
    const verb = findVerb(system.env('CNI_COMMAND'));
    stdin = system.readStdin();
    end(system, 0, await verb(system, stdin));
  } catch (error) {
    end(system, 1, { cniVersion: versionForError(stdin), ...bodyOf(error) });
  }
}

function end(system: System, exitCode: number, output: unknown): void {
  if (output !== undefined) system.print(`${JSON.stringify(output)}\n`);
  system.exit(exitCode);
}

function findVerb(command: string | undefined): Verb {
  switch (command) {
    case 'ADD':
      return add;
    case 'DEL':
      return del;
    case 'CHECK':
      return check;
    case 'GC':
      return gc;
    case 'STATUS':
      return status;
    case 'VERSION':
      return (_system, stdin) => versionResult(stdin);
    default:
      throw new CniError(
        CniCode.invalidEnvironment,
        command ? `CNI_COMMAND: ${JSON.stringify(command)} is not supported` : 'CNI_COMMAND is not set',
        'multivrf is started by a container runtime, with CNI_COMMAND set to one of ADD, DEL, CHECK, GC, STATUS, VERSION',
      );
  }
}

function versionForError(stdin: string): string {
  try {
    const { cniVersion } = parseObject(stdin);
    return isSupported(cniVersion) ? cniVersion : latestVersion;
  } catch {
    return latestVersion;
  }
}
