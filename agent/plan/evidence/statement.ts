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

/**
 * What of others makes an attachment's isolation false. `interface`: it is in the VRF. `way in`, `way out`: a route or rule
 * leads into the VRF, or out of it. `neighbour`: on the node or in the pod, an address is taken for another's.
 */
export interface Intrusion {
  kind: 'interface' | 'way in' | 'way out' | 'neighbour on node' | 'neighbour in pod';
  /** In words. */
  text: string;
}

export interface Statement {
  /** As people read it: `from customer-a, node address 10.0.0.5: unreachable`. */
  text: string;
  /** What must be at hand to judge it: the node, or a socket inside the pod. */
  in: 'node' | 'pod';
  questions: readonly Question[];
  /** Packets that must arrive: while they do not, a refusal proves nothing. */
  control: readonly Question[];
  /** Whether that answer agrees with the statement; one that is `unasked` is never shown. */
  accepts(answer: Answer, question: Question): boolean;
  /** Whether a difference there makes it false. */
  restsOn(site: Site): boolean;
  /** What of others makes it false. */
  excludes: readonly Intrusion['kind'][];
  /** Set when it says what must arrive, and not what must not. */
  serves?: true;
}

/** A statement by what it has; the rest is nothing. */
export function statement(one: Pick<Statement, 'text' | 'in'> & Partial<Statement>): Statement {
  return { questions: [], control: [], accepts: () => false, restsOn: () => false, excludes: [], ...one };
}

/** Nothing arrives: each packet is refused, or leaves by one of `devices`. */
export function arrivesNowhereBut(devices: readonly string[]): Statement['accepts'] {
  const within = new Set(devices);
  return ({ type, dev }) => type === 'refused' || (type === 'unicast' && dev !== undefined && within.has(dev));
}

/** Wherever a packet goes, it leaves by none of `devices`. */
export function leavesByNoneOf(devices: readonly string[]): Statement['accepts'] {
  const closed = new Set(devices);
  return ({ type, dev }) => type !== 'unicast' || (dev !== undefined && !closed.has(dev));
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
  serves?: true;
}

/** A network that the node reaches without a next hop, by its main table. */
export interface NodeNetwork {
  /** Prefix. */
  to: string;
  dev: string;
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
  /** Of interfaces that are not the VRF's. */
  nodeNetworks: readonly NodeNetwork[];
  /** Those of the pod's cluster interface, with prefix length; undefined when nobody could look. */
  podAddresses: readonly string[] | undefined;
}
