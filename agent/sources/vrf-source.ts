/** Where VRFs come from. */
import type { Vrf } from '../api/vrf.ts';
import type { Verdict } from '../kube/vrf-status-conditions.ts';

/** Something wrong in what an operator wrote. The last good version of the VRF concerned stays in force. */
export interface SourceProblem {
  /** The file, or the object as `VRF customer-a`. */
  file: string;
  /** Counted from 1. */
  line?: number;
  /** `spec.addresses.pools[0].range` */
  field?: string;
  /** To be read after the field: the value, what is wrong with it, what would be right. */
  message: string;
}

/** Names of VRFs whose version in force is another than before, and of those that are gone. */
export interface VrfChange {
  changed: string[];
  removed: string[];
}

/** Why VRFs may be missing that exist, and what follows from it. */
export interface Unavailable {
  message: string;
  advice: string;
}

/** The VRFs in force. A VRF is the same object until it changes. */
export interface VrfSource {
  get(name: string): Vrf | undefined;
  /** Sorted by name. */
  list(): Vrf[];
  problems(): SourceProblem[];
  /** Set while an ADD may fail for the want of a VRF that its operator has defined. */
  unavailable(): Unavailable | undefined;
  /** Why VRFs may be missing, or old, at the moment; only of the Kubernetes API. */
  outage?(): string | undefined;
  /** What was found of the newest definition that was read; only of the Kubernetes API. */
  verdict?(name: string): Verdict | undefined;
  /** Calls `listener` after VRFs have changed; returns a function that ends it. */
  onChange(listener: (change: VrfChange) => void): () => void;
  close(): void;
}

/** A problem as one line: `customer-a.yaml:12: spec.mtu: 70000 must be at most 65535`. */
export const formatProblem = ({ file, line, field, message }: SourceProblem): string =>
  [line === undefined ? file : `${file}:${line}`, field, message].filter(Boolean).join(': ');
