/** STATUS, for those who want the node to wait for the agent (`strictStatus`). */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CniCode, CniError } from '../../common/errors.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';
import { lookAgain } from './evidence.ts';

/** Throws CniError 50 when an ADD could not succeed, 51 when an attachment has lost its network. */
export function assertAvailable(agent: Agent): void {
  assertWritable(agent.stateDirectory);
  assertSource(agent);
  lookAgain(agent);
  const [first, ...others] = agent.degraded.list();
  if (!first) return;
  const { owner, attachment } = first;
  const what = `interface ${attachment.interface} of ${podWords(owner)} in VRF ${attachment.vrf.name}`;
  const more = others.length > 0 ? `${others.length} other attachments are degraded too; ` : '';
  if (!agent.degraded.hasLostHostEnd(first)) {
    throw new CniError(
      CniCode.limitedConnectivity,
      `${what}: ${agent.degraded.reasonOf(first)}`,
      `${more}multivrfctl verify tells all of it`,
    );
  }
  throw new CniError(
    CniCode.limitedConnectivity,
    `${what} has lost its host end ${attachment.hostEnd}`,
    `${more}delete the pod: nothing else brings it back`,
  );
}

function podWords({ namespace, pod, containerId }: AttachmentRecord['owner']): string {
  return pod ? `pod ${namespace}/${pod}` : `container ${containerId}`;
}

/** By writing: what a full or a read-only disk thinks of it cannot be asked otherwise. */
function assertWritable(directory: string): void {
  const probe = join(directory, 'status.tmp');
  try {
    // A full disk has room for an empty file.
    writeFileSync(probe, 'x');
    rmSync(probe);
  } catch (error) {
    throw new CniError(
      CniCode.notAvailable,
      `state directory ${directory} cannot be written: ${(error as Error).message}`,
      `no pod can be attached until user ${process.getuid?.()} may write there`,
      { cause: error },
    );
  }
}

function assertSource({ source }: Agent): void {
  const reason = source.unavailable();
  if (reason) throw new CniError(CniCode.notAvailable, reason.message, reason.advice);
}
