/** How far quick-add.bun.ts came with a call that it then left to main.ts. */
export const handOver: {
  /** What was read from stdin, which cannot be read twice. More may follow. */
  stdin: Uint8Array;
  /** Whether the process is in the pod's namespace. */
  inPod: boolean;
  /** Descriptor of a connection to the agent on which the ADD was sent, and what of its answer has come. */
  asked?: { agent: number; received: Uint8Array };
} = { stdin: new Uint8Array(0), inPod: false };
