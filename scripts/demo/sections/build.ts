/** What stands on the stage. */
import { release } from 'node:os';
import { hasVrfDevices } from '../../../test/support/kernel.ts';
import { plan } from '../customers.ts';
import type { RunningPod, Stage } from '../scene.ts';
import { ports } from '../services.ts';
import { line, say, section, table } from '../story.ts';

export function tellBuild({ customers, nodeAddresses, agent }: Stage, pods: readonly RunningPod[]): void {
  section('A node, two customers with the same addresses, two ordinary pods');
  line(
    hasVrfDevices()
      ? `kernel ${release()} has VRF devices: one for each VRF, on the node and in the pods`
      : `kernel ${release()} has no VRF devices: each VRF is a network namespace, the pods use policy rules`,
  );
  line(
    `node    ${nodeAddresses.join(', ')}; a service listens on *:${ports.node}; so does one in each pod, on *:${ports.pod}`,
  );
  const alone = agent.status('CapEff') === '0000000000001000';
  line(
    `agent   ${alone ? 'holds CAP_NET_ADMIN and no other capability' : 'holds all capabilities: making namespaces takes CAP_SYS_ADMIN'}`,
  );
  say();
  table(
    ['VRF', 'mode', "customer's router", 'on', 'pod', 'annotation', 'address', 'eth0', 'ADD'],
    customers.map(({ plan: { vrf, mode, router, asn, uplink, pod } }, i) => [
      vrf,
      mode,
      `${plan.router[0]} ${router} AS ${asn}`,
      uplink,
      `bgp/${pod}`,
      `multivrf.dev/attach: ${vrf}`,
      plan.pod.join(' '),
      pods[i]!.eth0[0] ?? '',
      `${Math.round(pods[i]!.took)} ms`,
    ]),
  );
}
