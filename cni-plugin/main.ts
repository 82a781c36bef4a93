import { CniCode, CniError, type CniErrorBody } from '../common/errors.ts';
import { add } from './add.ts';
import { AgentRefusal } from './agent.ts';
import { isSupported, parseObject } from './config.ts';
import { del } from './del.ts';
import type { System } from './system.ts';
import { latestVersion, versionResult } from './version.ts';

const verbs: Record<string, (system: System, stdin: string) => unknown> = {
  ADD: add,
  DEL: del,
  VERSION: (_system, stdin) => versionResult(stdin),
};

/** One call of the CNI: environment and stdin in, one JSON object on stdout, exit status 0 or 1. */
export async function run(system: System): Promise<void> {
  let stdin = '';
  let status = 0;
  let output: unknown;
  try {
    const verb = findVerb(system.env('CNI_COMMAND'));
    stdin = system.readStdin();
    output = await verb(system, stdin);
  } catch (error) {
    status = 1;
    output = { cniVersion: versionForError(stdin), ...toBody(error) };
  }
  if (output !== undefined) system.print(`${JSON.stringify(output)}\n`);
  system.exit(status);
}

function findVerb(command: string | undefined): (system: System, stdin: string) => unknown {
  const verb = command && Object.hasOwn(verbs, command) ? verbs[command] : undefined;
  if (verb) return verb;
  throw new CniError(
    CniCode.invalidEnvironment,
    command ? `CNI_COMMAND: ${JSON.stringify(command)} is not supported` : 'CNI_COMMAND is not set',
    `multivrf is started by a container runtime, with CNI_COMMAND set to one of ${Object.keys(verbs).join(', ')}`,
  );
}

function toBody(error: unknown): CniErrorBody {
  if (error instanceof AgentRefusal) return error.body;
  if (error instanceof CniError) return error.toBody();
  return {
    code: CniCode.ioFailure,
    msg: `unexpected failure of the multivrf plugin: ${error}`,
    details: 'this is a bug of multivrf; please report it with this message',
  };
}

function versionForError(stdin: string): string {
  try {
    const { cniVersion } = parseObject(stdin);
    return isSupported(cniVersion) ? cniVersion : latestVersion;
  } catch {
    return latestVersion;
  }
}
