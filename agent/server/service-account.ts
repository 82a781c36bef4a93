/** As which ServiceAccount a pod runs: known to the Kubernetes API, and to nobody else. */
import { CniCode, CniError } from '../../common/errors.ts';
import type { AddRequest } from '../../common/protocol.ts';
import { type AttachmentRequest, parseAttach } from '../api/annotation.ts';
import { reasonOf } from '../kube/api-error.ts';
import type { Pods } from '../kube/pods.ts';
import type { Agent } from './agent.ts';
import { type PodIdentity, podIdentity, podUid } from './identity.ts';

/**
 * To be called before an ADD: asks the API about a pod that was not seen yet, where one of its VRFs wants to know; else
 * undefined. Rejects with a CniError (tryAgainLater) when nobody can say as which ServiceAccount it runs.
 */
export function learnServiceAccount({ pods, source }: Agent, request: AddRequest): Promise<void> | undefined {
  if (!pods) return undefined;
  const vrf = names(request).find((name) => (source.get(name)?.spec.access.serviceAccounts ?? []).length > 0);
  const identity = podIdentity(request.args);
  if (vrf === undefined || identity.namespace === '') return undefined;
  return learn(pods, vrf, identity, podUid(request.args));
}

async function learn(pods: Pods, vrf: string, { namespace, pod }: PodIdentity, uid: string): Promise<void> {
  let reason = `there is no pod ${namespace}/${pod} with uid ${uid || 'unknown'} in the API`;
  try {
    if (await pods.ask(namespace, pod, uid)) return;
  } catch (error) {
    reason = `the Kubernetes API cannot be asked: ${reasonOf(error)}`;
  }
  throw unknown(vrf, { namespace, pod }, reason);
}

/** The one that is known. Throws a CniError when it is not. */
export function serviceAccountOf({ pods }: Agent, vrf: string, identity: PodIdentity): string {
  const known = pods?.get(identity.namespace, identity.pod);
  if (known) return known.serviceAccount;
  throw unknown(vrf, identity, pods ? 'the pod was not seen yet' : 'this agent does not follow the Kubernetes API');
}

function unknown(vrf: string, { namespace, pod }: PodIdentity, reason: string): CniError {
  return new CniError(
    CniCode.tryAgainLater,
    `VRF ${vrf} is open to some ServiceAccounts only, and that of pod ${namespace}/${pod} is not known: ${reason}`,
    'it is tried again; a VRF without spec.access.serviceAccounts needs no answer of the API',
  );
}

/** What cannot be read is for the ADD itself to refuse. */
function names({ attach }: AddRequest): string[] {
  try {
    return parseAttach(attach).map(({ vrf }: AttachmentRequest) => vrf);
  } catch {
    return [];
  }
}
