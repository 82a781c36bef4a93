/** CHECK: what was attached against annotation, prevResult and kernel. It changes nothing. */
import { CniCode, CniError } from '../../common/errors.ts';
import type { CheckRequest } from '../../common/protocol.ts';
import { parseAttach } from '../api/annotation.ts';
import type { PlaceHandle } from '../apply/place.ts';
import { annotationDrifts, notAttached } from '../plan/check-annotation.ts';
import { type Drift, heals } from '../plan/check-drift.ts';
import { resultDrifts } from '../plan/check-result.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';
import { evidenceOf } from './evidence.ts';
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
  const records = agent.attachments.of(request.containerId, request.network, request.ifname);
  const attachments = records.map(({ attachment }) => attachment);
  const whose = ownerWords(request);
  const findings: Finding[] = [
    ...notAttached(requests, attachments).map((vrf) => ({
      about: whose,
      text: `it is not attached to VRF ${vrf}, for which its annotation asks`,
      heal: heals.pod,
    })),
    ...records.flatMap((record) => {
      const { attachment } = record;
      const about = `interface ${attachment.interface} of ${whose} in VRF ${attachment.vrf.name}`;
      const drifts = [
        ...annotationDrifts(requests, attachment),
        ...resultDrifts(request.prevResult, request.netns, attachment),
        ...inKernel(agent, record, pod),
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

/** Differences, and where there are none what the kernel itself says against a statement of isolation. */
function inKernel(agent: Agent, record: AttachmentRecord, pod: PlaceHandle): Drift[] {
  const { judged, drifts } = evidenceOf(agent, record, pod);
  // A packet that goes astray is told of only if no difference is: it would be what follows from that.
  if (drifts.length > 0) return [...drifts];
  const broken = judged.filter(({ verdict }) => verdict === 'broken');
  // Of all that one thing breaks, the first.
  const causes = new Map(broken.toReversed().map((one) => [one.reason, one]));
  return [...causes.values()].toReversed().map(({ text, reason, in: place }) => ({
    text: `"${text}" is false: ${reason}`,
    heal: place === 'pod' ? heals.pod : heals.foreign,
  }));
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
