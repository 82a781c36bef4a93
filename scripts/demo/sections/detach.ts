/** The pods and the VRFs go. */
import { del, resultOf } from '../../../test/support/chain.ts';
import type { RunningPod, Stage } from '../scene.ts';
import { line, paint } from '../story.ts';

/** DEL of every pod's chain, then the operator removes the VRFs. */
export async function detach({ lab, customers, agent }: Stage, pods: readonly RunningPod[]): Promise<void> {
  for (const [i, pod] of pods.entries()) {
    const began = performance.now();
    resultOf(await del(lab, pod, customers[i]!.plan.vrf));
    line(`${paint('dim', 'DEL')}  bgp/${pod.name} in ${Math.round(performance.now() - began)} ms`);
  }
  for (const {
    plan: { vrf },
  } of customers)
    await agent.removeVrf(vrf);
  line(`${paint('dim', 'rm')}   the VRF files of ${customers.map(({ plan: { vrf } }) => vrf).join(' and ')}`);
}
