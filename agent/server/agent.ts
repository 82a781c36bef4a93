/** The agent's parts, and what happens at its start. */
import type { Logger } from 'pino';
import { Announcements } from '../apply/announce.ts';
import { apply } from '../apply/executor.ts';
import { observe, observeLink } from '../apply/observe.ts';
import { Ipam } from '../ipam/ipam.ts';
import { describeStep } from '../plan/describe.ts';
import { vrfPlace } from '../plan/desired.ts';
import { diff } from '../plan/diff.ts';
import { hostEnd } from '../plan/host-end.ts';
import { nodeVrf } from '../plan/node-vrf.ts';
import type { NodeFacts } from '../plan/resolve.ts';
import { formatProblem, type VrfSource } from '../sources/vrf-source.ts';
import { type AttachmentRecord, AttachmentStore } from '../state/attachments.ts';
import { VrfStore } from '../state/vrfs.ts';
import { Node } from './node.ts';
import { NodeVrfs } from './node-vrfs.ts';

export interface AgentOptions {
  stateDirectory: string;
  netnsDirectory: string;
  labels: Readonly<Record<string, string>>;
}

export class Agent {
  readonly node: Node;
  readonly source: VrfSource;
  readonly facts: NodeFacts;
  readonly ipam = new Ipam();
  readonly announcements = new Announcements();
  readonly attachments: AttachmentStore;
  readonly vrfs: NodeVrfs;
  readonly #log: Logger;

  constructor({ stateDirectory, netnsDirectory, labels }: AgentOptions, source: VrfSource, log: Logger) {
    this.#log = log;
    this.source = source;
    this.node = new Node(netnsDirectory);
    this.facts = { labels, vrfDevices: this.node.vrfDevices };
    this.attachments = new AttachmentStore(`${stateDirectory}/attachments`);
    const vrfStore = new VrfStore(`${stateDirectory}/vrfs`);
    this.vrfs = new NodeVrfs(this.node, vrfStore, source, this.facts, log);
    const auto = this.facts.vrfDevices
      ? { backend: 'device', pod: 'device', because: 'this kernel has VRF devices' }
      : { backend: 'namespace', pod: 'rules', because: 'this kernel has no VRF devices' };
    log.info({ auto, labels }, 'backend auto means this here');
    for (const { file, reason } of [...this.attachments.unreadable, ...vrfStore.unreadable])
      log.error({ file, reason }, 'state file is unreadable: left as it is');
    for (const problem of source.problems()) log.error(formatProblem(problem));
  }

  /** Takes up what an earlier run left: addresses, links, VRFs. Repairs by the same plan that made them; changes nothing that is right. */
  resume(): void {
    for (const record of this.attachments.list()) {
      const { vrf, hostEnd: name } = record.attachment;
      const handle = this.node.lookup(vrfPlace(vrf));
      if (handle && observeLink(handle, name)) this.#restore(record);
      else {
        this.#log.warn(
          { ...record.owner, vrf: vrf.name, hostEnd: name },
          'attachment is gone from the kernel: forgotten',
        );
        this.attachments.remove(record);
      }
    }
    for (const { name } of this.vrfs.list()) {
      if (this.isAttached(name)) this.#repair(name);
      else this.retireVrf(name);
    }
    this.source.onChange(({ changed, removed }) => {
      for (const problem of this.source.problems()) this.#log.error(formatProblem(problem));
      for (const name of changed) this.vrfs.changed(name, this.isAttached(name));
      for (const name of removed) this.retireVrf(name);
    });
  }

  #restore({ owner, attachment }: AttachmentRecord): void {
    try {
      this.ipam.restore(attachment.vrf.name, owner, attachment.addresses);
    } catch (error) {
      // Both pods run; refusing to start would help neither.
      this.#log.error({ ...owner, error: (error as Error).message }, 'addresses of an attachment are not restored');
    }
  }

  isAttached(vrf: string): boolean {
    return this.attachments.list().some(({ attachment }) => attachment.vrf.name === vrf);
  }

  retireVrf(name: string): void {
    this.vrfs.retire(name, this.isAttached(name));
  }

  /** The node's side of a VRF and its attachments; the pods' side needs a socket from inside. */
  #repair(name: string): void {
    const own = this.attachments.list().filter(({ attachment }) => attachment.vrf.name === name);
    const desired = [...nodeVrf(own[0]!.attachment.vrf), ...own.flatMap(({ attachment }) => hostEnd(attachment))];
    try {
      const steps = diff(
        desired,
        observe(desired, (place) => this.node.lookup(place)),
      );
      if (steps.length === 0) return;
      this.#log.warn({ vrf: name, steps: steps.map(describeStep) }, 'the kernel differs from what was made: repairing');
      apply(steps, this.node.host());
    } catch (error) {
      this.#log.error({ vrf: name, error: (error as Error).message }, 'VRF could not be repaired');
    }
  }
}
