/** What CHECK finds, and what heals it. */

import type { Filter, KernelObject, Place } from './kernel-object.ts';

/** What a difference is of. */
export interface Site {
  object: KernelObject['object'];
  in: Place;
  /** The interface it is of, or lives on; absent for rules and routes without one. */
  dev?: string;
  /** Of a filter. */
  direction?: Filter['direction'];
  /** Of a sysctl. */
  path?: string;
}

/** One difference. */
export interface Drift {
  /** Absent for what is not in the kernel: annotation and prevResult. */
  site?: Site;
  /** In the user's words, as it continues "interface net1 of pod bgp/speaker-0 in VRF customer-a: …". */
  text: string;
  /** What to do about it: a sentence. */
  heal: string;
}

/** What puts differences right, by where they are. */
export const heals = {
  node: "the agent puts the node's side right within seconds; where it does not, its log says why",
  pod: 'delete the pod and let it be made anew: a pod is entered only when it is attached',
  foreign: 'remove what was added: multivrf does not touch what it did not make',
  uplink: "bring the interface back, or change the VRF's spec.uplinks",
  annotation:
    'an annotation takes effect when its pod is made: change it back, or delete the pod and let it be made anew',
  result: "another plugin or somebody changed the runtime's memory of the ADD: delete the pod and let it be made anew",
} as const;
