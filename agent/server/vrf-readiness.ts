/** Whether pods on this node can attach to a VRF, and why not. */
import { CniError } from '../../common/errors.ts';
import type { Vrf } from '../api/vrf.ts';
import { observeNodeAddresses } from '../apply/node-addresses.ts';
import { observeLink } from '../apply/observe.ts';
import { refuseNodeAddresses } from '../plan/node-addresses.ts';
import { chooseUplink } from '../plan/resolve.ts';
import { isSameShape, shapeWords } from '../plan/vrf-change.ts';
import type { Agent } from './agent.ts';
import { checkUplinkOf } from './node-uplink.ts';

/** Why pods cannot attach: one word in CamelCase, and what a person is told. */
export interface Unready {
  reason: 'NoUplink' | 'TableTaken' | 'Immutable' | 'UplinkMissing' | 'UplinkTaken' | 'AddressOfNode';
  message: string;
}

/** Undefined when they can. Looks at the kernel, and changes nothing. */
export function whyNotReady(agent: Agent, vrf: Vrf): Unready | undefined {
  const { vrfs, vrfStore, node, facts } = agent;
  const made = vrfStore.get(vrf.metadata.name);
  let reason: Unready['reason'] = 'NoUplink';
  try {
    const uplink = chooseUplink(vrf, facts.labels);
    reason = 'TableTaken';
    const wanted = vrfs.resolve(vrf);
    if (made && !isSameShape(made, wanted) && agent.isAttached(made.name))
      return { reason: 'Immutable', message: immutable(made, wanted) };
    reason = uplink && observeLink(node.handle, uplink.interface) ? 'UplinkTaken' : 'UplinkMissing';
    checkUplinkOf(wanted, node, made, vrfStore.list());
    reason = 'AddressOfNode';
    if (!made) refuseNodeAddresses(vrf, observeNodeAddresses(node.handle));
    return undefined;
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    return { reason, message: [error.message, error.details].filter(Boolean).join('; ') };
  }
}

type Shape = Parameters<typeof shapeWords>[0];

function immutable(made: Shape, wanted: Shape): string {
  const others = (['mode', 'backend'] as const).filter((field) => made[field] !== wanted[field]);
  // With another mode or backend the table comes and goes by itself.
  const fields = others.length > 0 ? others : ['table'];
  const changed = fields.map((field) => `spec.${field}`).join(', ');
  return `${changed}: it is to be ${shapeWords(wanted)}, but while pods are attached it stays ${shapeWords(made)}; delete them, or change it back`;
}
