/** The conditions of a VRFAttachment, from what the agent knows of it. */
import type { VrfAttachment } from '../api/vrf-attachment.ts';
import { timeOf } from './object.ts';

/** What is wrong with an attachment. `message` is for people. */
export interface Ailment {
  reason: 'HostEndLost' | 'IsolationBroken' | 'NotServed';
  message: string;
}

/** As metav1.Condition. */
export type AttachmentCondition = NonNullable<NonNullable<VrfAttachment['status']>['conditions']>[number];

/** Their order in the list. */
const types = ['Attached', 'Isolated', 'Degraded'] as const;

type Finding = Pick<AttachmentCondition, 'status' | 'reason' | 'message'>;

/** The conditions now. One whose status is as it was in `before` keeps its time. */
export function conditionsOf(
  ailment: Ailment | undefined,
  before: readonly AttachmentCondition[],
  now: Date,
): AttachmentCondition[] {
  const findings = findingsOf(ailment);
  return types.map((type) => {
    const finding = findings[type];
    const old = before.find((one) => one.type === type);
    const lastTransitionTime = old?.status === finding.status ? old.lastTransitionTime : timeOf(now);
    return { type, ...finding, lastTransitionTime };
  });
}

function findingsOf(ailment: Ailment | undefined): Record<(typeof types)[number], Finding> {
  const attached = {
    status: 'True',
    reason: 'AsMade',
    message: 'interface, addresses and routes are in the kernel',
  } as const;
  const isolated = { status: 'True', reason: 'AsMade', message: 'filters and rules are in the kernel' } as const;
  const whole = { status: 'False', reason: 'AsMade', message: 'nothing is known to be wrong' } as const;
  if (!ailment) return { Attached: attached, Isolated: isolated, Degraded: whole };
  const no = { status: 'False', ...ailment } as const;
  const lost = ailment.reason === 'HostEndLost';
  return {
    Attached: ailment.reason === 'IsolationBroken' ? attached : no,
    // Without its host end nothing passes in either direction.
    Isolated:
      ailment.reason === 'IsolationBroken'
        ? no
        : lost
          ? { ...isolated, reason: 'HostEndLost', message: ailment.message }
          : isolated,
    Degraded: { status: 'True', ...ailment },
  };
}
