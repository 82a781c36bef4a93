/**
 * The agent's start: takes up what an earlier run left, addresses, links, VRFs. Repairs by the same plan that made them;
 * changes nothing that is right. Nothing that is found keeps the agent from starting.
 */
import type { Logger } from 'pino';
import type { NodeVrf } from '../plan/desired.ts';
import type { Place } from '../plan/kernel-object.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';
import { lookForHostEnds, placesOf } from './host-ends.ts';
import { livenessOf } from './liveness.ts';
import { repairHostEnds, repairVrf } from './repair.ts';

export function resume(agent: Agent, log: Logger): void {
  const records = agent.attachments.list();
  const seen = lookForHostEnds(agent.node, allPlaces(agent, records));
  const { attached, degraded, gone, unknown } = livenessOf(records, seen);
  for (const { owner, attachment } of gone) {
    log.warn(
      { ...owner, vrf: attachment.vrf.name, hostEnd: attachment.hostEnd },
      'attachment is gone from the kernel: forgotten',
    );
    agent.attachments.remove({ owner });
  }
  for (const { record, error } of unknown)
    log.error({ ...record.owner, error: error.message }, 'attachment cannot be looked for');
  for (const record of agent.attachments.list()) restore(agent, record, log);
  agent.noteDegraded(degraded);
  agent.strays.find(seen);
  for (const vrf of vrfsOf(agent)) {
    const own = attached.filter(({ attachment }) => attachment.vrf.name === vrf.name);
    takeUp(agent, vrf, own, log);
  }
}

/** Where there may be host ends: with a thousand of them to look twice takes a noticeable part of the start. */
function allPlaces(agent: Agent, records: readonly AttachmentRecord[]): Set<Place> {
  const recorded = records.map(({ attachment }) => attachment.vrf);
  return placesOf([...recorded, ...agent.vrfStore.list(), ...unreadableVrfs(agent)]);
}

function restore({ ipam }: Agent, { owner, attachment }: AttachmentRecord, log: Logger): void {
  try {
    ipam.restore(attachment.vrf.name, owner, attachment.addresses);
  } catch (error) {
    // Both pods run; refusing to start would help neither.
    log.error({ ...owner, error: (error as Error).message }, 'addresses of an attachment are not restored');
  }
}

/** The VRFs made on this node. One whose record was lost is known from its attachments. */
function vrfsOf({ vrfStore, attachments }: Agent): NodeVrf[] {
  for (const { attachment } of attachments.list()) if (!vrfStore.get(attachment.vrf.name)) vrfStore.put(attachment.vrf);
  return vrfStore.list();
}

/** If they have namespaces, these are named after them. */
function unreadableVrfs({ vrfStore }: Agent): Pick<NodeVrf, 'name' | 'backend'>[] {
  return vrfStore.unreadable.flatMap(({ name: [name] }) =>
    name && !/^\.|\//.test(name) ? [{ name, backend: 'namespace' }] : [],
  );
}

function takeUp(agent: Agent, vrf: NodeVrf, own: readonly AttachmentRecord[], log: Logger): void {
  const { name } = vrf;
  const attempt = (action: () => void) => {
    try {
      action();
    } catch (error) {
      log.error({ vrf: name, error: (error as Error).message }, 'VRF could not be repaired');
    }
  };
  const isAttached = agent.isAttached(name);
  if (isAttached) attempt(() => repairVrf(agent, vrf, log));
  else agent.retireVrf(name);
  // Its definition may have changed while no agent ran; host ends follow it.
  agent.vrfChanges.changed(name, isAttached);
  if (isAttached) attempt(() => repairHostEnds(agent, agent.vrfStore.get(name) ?? vrf, own, log));
}
