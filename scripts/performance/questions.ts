/** The questions of the bench as docs/performance.md tells of them. */

export interface Chapter {
  /** Name of its plot. */
  name: string;
  title: string;
  /** By the bench's name, in words. */
  questions: Readonly<Record<string, string>>;
}

export const chapters: readonly Chapter[] = [
  {
    name: 'pods',
    title: 'A pod, exec to exit, beside the reference plugins',
    questions: {
      add: 'ADD, dual-stack, filters on',
      'add-chain': 'ADD beside a chain of three',
      'add-vrf-chain': 'ADD beside that chain and vrf, in the test kernel',
      'add-ptp': 'ADD beside ptp, of one family',
      'add-batch': 'ADD beside iproute2',
      del: 'DEL',
      burst100: '100 ADDs at once',
      'burst100-del': '100 DELs at once',
      passthrough: 'ordinary pod',
      cpu: 'CPU of an ADD, plugin and agent',
    },
  },
  {
    name: 'agent',
    title: 'The agent alone',
    questions: {
      'add-inside': 'ADD beside its bare netlink messages',
      'growth-routed': 'ADD with 1,000 attachments, routed',
      'growth-bridge': 'ADD with 1,000 attachments, bridge',
      'restart-1000-routed': 'start and repair with 1,000, routed',
      'restart-1000-bridge': 'start and repair with 1,000, bridge',
      'kubernetes-ready-250': 'start with 250, Kubernetes API',
    },
  },
  {
    name: 'cluster',
    title: 'ADD with VRFs and addresses from the Kubernetes API',
    questions: {
      'kubernetes-add-reserved': 'a reserved address',
      'kubernetes-add-cached': 'an address that the node knows',
      'kubernetes-add-new': 'a new address: what the API adds',
    },
  },
  {
    name: 'traffic',
    title: 'Pod and router, filters on, beside a bare veth pair',
    questions: {
      'throughput-out-bridge': 'from the pod, bridge',
      'throughput-in-bridge': 'to the pod, bridge',
      'throughput-out-routed': 'from the pod, routed',
      'throughput-in-routed': 'to the pod, routed',
      'round-trip-bridge': 'TCP round trip, bridge',
      'round-trip-routed': 'TCP round trip, routed',
      'ping-bridge': 'ping, bridge',
      'ping-routed': 'ping, routed',
    },
  },
  {
    name: 'memory',
    title: 'Memory, and what stays behind, of what the goal allows',
    questions: {
      'plugin-peak-rss': 'plugin, at its peak',
      'agent-rss-idle': 'agent, idle',
      'agent-rss-250': 'agent, 250 attachments',
      'kubernetes-rss-250': 'agent, 250 attachments, Kubernetes API',
      'agent-rss-growth': 'agent, change over 10,000 pods',
      'state-after-10000': 'kernel objects, files, descriptors after them',
    },
  },
];
