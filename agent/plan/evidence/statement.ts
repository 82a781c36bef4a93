/** What an operator is told of an attachment's isolation, and on what each statement rests. */
import type { Site } from '../check-drift.ts';
import type { Attachment, NodeVrf } from '../desired.ts';
import type { Family, Place } from '../kernel-object.ts';

/** A packet whose way the kernel is asked for. With `iif` it comes in there, else it is sent there, from a socket bound to `oif`. */
export interface Question {
  in: Place;
  family: Family;
  /** Addresses without prefix length. */
  to: string;
  from?: string;
  /** Names of interfaces. */
  iif?: string;
  oif?: string;
}

/** `local`: the namespace takes the packet itself. `refused`: unreachable, blackhole or prohibit. `unasked`: it could not be asked. */
export interface Answer {
  type: 'local' | 'unicast' | 'refused' | 'other' | 'unasked';
  /** The interface by which it leaves; of `unasked`, nothing. */
  dev?: string;
  /** The kernel's errno of `refused`, or why it was not asked. */
  error?: string;
}

export interface Statement {
  /** As people read it: `from customer-a, node address 10.0.0.5: unreachable`. */
  text: string;
  /** What must be at hand to judge it: the node, or a socket inside the pod. */
  in: 'node' | 'pod';
  /** Packets that must not arrive: each is refused, or leaves by one of `within`. */
  questions: readonly Question[];
  /** Packets that must arrive: while they do not, a refusal proves nothing. */
  control: readonly Question[];
  within: ReadonlySet<string>;
  /** Whether a difference there makes it false. */
  restsOn(site: Site): boolean;
  /** Whether an interface of somebody else's in the VRF makes it false. */
  onNoIntruder: boolean;
}

/** `holds` and `broken` are proven; `unknown` is neither. */
type Verdict = 'holds' | 'broken' | 'unknown';

/** A statement that was judged; `reason` says why it does not hold. */
export interface Judged {
  text: string;
  in: 'node' | 'pod';
  verdict: Verdict;
  reason?: string;
  /** Whether CHECK's comparison names the reason as well. */
  byDrift?: true;
}

/** What the statements about one attachment are made of. Addresses have no prefix length unless said. */
export interface Scene {
  attachment: Attachment;
  /** The VRF as it is now; that of the attachment stays as it was made. */
  vrf: NodeVrf;
  /** All attachments to the VRF on this node, this one included. */
  siblings: readonly Attachment[];
  /** The other VRFs on this node, with the addresses of their pods and uplinks. */
  others: readonly { name: string; addresses: readonly string[] }[];
  /** The node's own, of all interfaces that belong to no VRF; without loopback and link-local ones. */
  nodeAddresses: readonly string[];
  /** Those of the pod's cluster interface, with prefix length; undefined when nobody could look. */
  podAddresses: readonly string[] | undefined;
}
