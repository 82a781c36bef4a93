/** Objects as they come from the API server. */

export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    /** Opaque: never compared but for equality. */
    resourceVersion?: string;
    /** Counts changes of the spec. */
    generation?: number;
    creationTimestamp?: string;
    /** Set when it was deleted and its finalizers keep it. */
    deletionTimestamp?: string;
    finalizers?: string[];
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: { kind: string; name: string; uid: string; controller?: boolean }[];
  };
  spec?: unknown;
  status?: unknown;
}

export interface KubeList {
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  items: KubeObject[];
}

/** As metav1.Time has it: RFC 3339, to the second. */
export const timeOf = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, 'Z');
