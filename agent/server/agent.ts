/** The agent's parts, and what they share. */
import type { Logger } from 'pino';
import { Announcements } from '../apply/announce.ts';
import { Ipam } from '../ipam/ipam.ts';
import type { Pods } from '../kube/pods.ts';
import type { NodeFacts } from '../plan/resolve.ts';
import { formatProblem, type VrfSource } from '../sources/vrf-source.ts';
import { type AttachmentRecord, AttachmentStore } from '../state/attachments.ts';
import { dropFormerBoot } from '../state/boot.ts';
import { VrfStore } from '../state/vrfs.ts';
import { Degraded } from './degraded.ts';
import { L3mdevAccept } from './l3mdev-accept.ts';
import { Node } from './node.ts';
import { NodeVrfs } from './node-vrfs.ts';
import type { Observer } from './observer.ts';
import { adapt } from './repair.ts';
import { resume } from './resume.ts';
import type { SharedAddresses } from './shared-addresses.ts';
import type { Spool } from './spool.ts';
import { Strays } from './strays.ts';
import { VrfChanges } from './vrf-changes.ts';

export interface AgentOptions {
  stateDirectory: string;
  netnsDirectory: string;
  /** The node's labels as they are at the moment. */
  labels: () => Readonly<Record<string, string>>;
}

export class Agent {
  readonly stateDirectory: string;
  readonly node: Node;
  readonly source: VrfSource;
  readonly facts: NodeFacts;
  readonly ipam = new Ipam();
  readonly announcements: Announcements;
  readonly attachments: AttachmentStore;
  readonly vrfStore: VrfStore;
  readonly vrfs: NodeVrfs;
  readonly vrfChanges: VrfChanges;
  readonly strays: Strays;
  readonly l3mdevAccept: L3mdevAccept;
  /** Attachments that have lost their host ends, or whose isolation is broken. */
  readonly degraded: Degraded;
  /** Attachments that are to go and whose host ends could not be removed yet. */
  readonly leaving = new Set<AttachmentRecord>();
  /** Attachments whose host ends are being removed at this moment. */
  readonly departing = new Set<AttachmentRecord>();
  /** Set once its notes have been worked off. */
  spool: Spool | undefined;
  /** Set where addresses are unique in a cluster, and not on this node alone. */
  sharedAddresses: SharedAddresses | undefined;
  /** Told of what is attached, detached or fails; only with the Kubernetes API. */
  observer: Observer | undefined;
  /** The pods of this node; only with the Kubernetes API. */
  pods: Pods | undefined;
  readonly #log: Logger;

  constructor({ stateDirectory, netnsDirectory, labels }: AgentOptions, source: VrfSource, log: Logger) {
    this.#log = log;
    this.degraded = new Degraded(log);
    this.announcements = new Announcements((attachment, interfaces, error) =>
      log.warn(
        { attachment, interfaces, error: error.message },
        'neighbours were not told the MAC of a pod: they find out when their entries time out, or when the pod sends them something',
      ),
    );
    this.stateDirectory = stateDirectory;
    this.source = source;
    this.node = new Node(netnsDirectory);
    const { vrfDevices } = this.node;
    this.facts = {
      get labels() {
        return labels();
      },
      vrfDevices,
    };
    const { boot, dropped } = dropFormerBoot(stateDirectory, ['attachments', 'vrfs']);
    if (boot === 'other') log.warn({ stateDirectory, dropped }, 'state of a former boot: dropped');
    this.attachments = new AttachmentStore(`${stateDirectory}/attachments`);
    this.vrfStore = new VrfStore(`${stateDirectory}/vrfs`);
    this.vrfs = new NodeVrfs(this.node, this.vrfStore, source, this.facts, log);
    this.vrfChanges = new VrfChanges(this.node, this.vrfStore, source, this.vrfs, log);
    this.l3mdevAccept = new L3mdevAccept(this.node.handle, log);
    this.strays = new Strays(this.node, this.attachments, this.ipam, log);
    const auto = this.facts.vrfDevices
      ? { backend: 'device', pod: 'device', because: 'this kernel has VRF devices' }
      : { backend: 'namespace', pod: 'rules', because: 'this kernel has no VRF devices' };
    log.info({ auto, labels: labels() }, 'backend auto means this here');
    for (const { file, reason } of [...this.attachments.unreadable, ...this.vrfStore.unreadable])
      log.error({ file, reason }, 'state file is unreadable: left as it is');
    // That the API is away the source has logged itself.
    const problems = source.problems().filter(({ message }) => message !== source.outage?.());
    for (const problem of problems) log.error(formatProblem(problem));
  }

  /** Takes up what an earlier run left, and follows the VRFs' definitions from now on. */
  resume(): void {
    resume(this, this.#log);
    this.l3mdevAccept.look();
    this.source.onChange(({ changed, removed }) => {
      for (const problem of this.source.problems()) this.#log.error(formatProblem(problem));
      for (const name of changed) adapt(this, name, this.#log);
      for (const name of removed) this.retireVrf(name);
    });
  }

  isAttached(vrf: string): boolean {
    return this.attachments.list().some(({ attachment }) => attachment.vrf.name === vrf);
  }

  /** The pods attached to a VRF, as namespace/name, or their containers outside Kubernetes. */
  podsIn(vrf: string): string[] {
    const own = this.attachments.list().filter(({ attachment }) => attachment.vrf.name === vrf);
    return own.map(({ owner }) => (owner.pod ? `${owner.namespace}/${owner.pod}` : owner.containerId));
  }

  retireVrf(name: string): void {
    this.vrfChanges.retire(name, this.isAttached(name));
  }

  /** Remembers which attachments have lost their host ends; each loss and each return is logged once. */
  noteDegraded(now: readonly AttachmentRecord[]): void {
    this.degraded.noteLost(now);
  }
}
