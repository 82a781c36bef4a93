/** CHECK: what was attached against annotation, prevResult and kernel. It changes nothing. */
import { CniCode, CniError } from '../../common/errors.ts';
import type { CheckRequest } from '../../common/protocol.ts';
import { parseAttach } from '../api/annotation.ts';
import { examine } from '../apply/observe.ts';
import type { PlaceHandle } from '../apply/place.ts';
import { kernelDrifts } from '../plan/check.ts';
import { annotationDrifts, notAttached } from '../plan/check-annotation.ts';
import { type Drift, heals } from '../plan/check-drift.ts';
import { resultDrifts } from '../plan/check-result.ts';
import type { Attachment } from '../plan/desired.ts';
import { hostEnd } from '../plan/host-end.ts';
import { nodeVrf } from '../plan/node-vrf.ts';
import { podSide } from '../plan/pod.ts';
import type { Agent } from './agent.ts';
import { podIdentity } from './identity.ts';

/** A difference and what it is of: `interface net1 of pod bgp/speaker-0 in VRF customer-a`. */
interface Finding extends Drift {
  about: string;
}

/**
 * Throws a CniError ({@link CniCode.drifted}) when what the pod's annotation asked for is not there as it was made: its
 * message is the first difference, its details the others and what heals them.
 */
export function checkPod(agent: Agent, request: CheckRequest, pod: PlaceHandle): void {
  const requests = parseAttach(request.attach);
  const attachments = agent.attachments
    .of(request.containerId, request.network, request.ifname)
    .map(({ attachment }) => attachment);
  const whose = ownerWords(request);
  const findings: Finding[] = [
    ...notAttached(requests, attachments).map((vrf) => ({
      about: whose,
      text: `it is not attached to VRF ${vrf}, for which its annotation asks`,
      heal: heals.pod,
    })),
    ...attachments.flatMap((attachment) => {
      const about = `interface ${attachment.interface} of ${whose} in VRF ${attachment.vrf.name}`;
      const drifts = [
        ...annotationDrifts(requests, attachment),
        ...resultDrifts(request.prevResult, request.netns, attachment),
        ...inKernel(agent, attachment, pod),
      ];
      return drifts.map((drift) => ({ about, ...drift }));
    }),
  ];
  if (findings.length > 0) throw drifted(findings);
}

function ownerWords({ args, containerId }: CheckRequest): string {
  const { namespace, pod } = podIdentity(args);
  return pod === '' ? `container ${containerId.slice(0, 12)}` : `pod ${namespace}/${pod}`;
}

function inKernel({ node, vrfs, attachments }: Agent, attachment: Attachment, pod: PlaceHandle): Drift[] {
  const { vrf } = attachment;
  // The record of the VRF follows its definition, that of an attachment stays as it was made.
  const current = vrfs.list().find(({ name }) => name === vrf.name) ?? vrf;
  const desired = [...nodeVrf(current), ...hostEnd(attachment), ...podSide(attachment)];
  const observed = examine(desired, (place) => (place === 'pod' ? pod : node.lookup(place)));
  const siblings = attachments.list().map((record) => record.attachment);
  return kernelDrifts(
    attachment,
    desired,
    observed,
    siblings.filter((other) => other.vrf.name === vrf.name),
  );
}

/** A pod's event is read by people: a torn down attachment differs in dozens of things. */
const mostTold = 20;

function drifted([first, ...others]: readonly Finding[]): CniError {
  const { about, text } = first!;
  const rest = others.map((other) => (other.about === about ? other.text : `${other.about}: ${other.text}`));
  const told = rest.slice(0, mostTold - 1);
  const untold = rest.length - told.length;
  const details = [
    ...(told.length > 0 ? [`also: ${told.join('; ')}${untold > 0 ? `; and ${untold} more` : ''}`] : []),
    `to heal it: ${[...new Set([first!, ...others].map(({ heal }) => heal))].join('; ')}`,
  ];
  return new CniError(CniCode.drifted, `${about}: ${text}`, details.join('. '));
}
