/** The questions of the bench as docs/performance.md tells of them. */

export interface Chapter {
  /** Name of its plot. */
  name: string;
  title: string;
  /** By the bench's name, in words. */
  questions: Readonly<Record<string, string>>;
}

/** One for each question of an operator's. */
export const chapters: readonly Chapter[] = [
  {
    name: 'add',
    title: 'ADD of one pod, exec to exit',
    questions: {
      add: 'beside the bridge plugin',
      'add-chain': 'beside a chain of three',
      'add-vrf-chain': 'that chain and vrf, test kernel',
      'add-ptp': 'beside ptp, of one family',
      'add-batch': 'beside iproute2',
    },
  },
  { name: 'del', title: 'DEL of one pod, exec to exit', questions: { del: 'beside the bridge plugin' } },
  {
    name: 'burst',
    title: '100 pods at once, until all are done',
    questions: { burst100: '100 ADDs', 'burst100-del': '100 DELs' },
  },
  {
    name: 'ordinary',
    title: 'A pod that asks for nothing, exec to exit',
    questions: { passthrough: 'beside the loopback plugin' },
  },
  {
    name: 'inside',
    title: 'ADD in the agent, from the request to the answer',
    questions: {
      'add-inside': 'a pod alone, beside its bare netlink messages',
      'add-inside-many': '20 pods at once, the same',
    },
  },
  {
    name: 'lesser',
    title: 'The same for a pod alone, in agents that do less',
    questions: {
      'add-inside-unplanned': 'that plan nothing',
      'add-inside-unrecorded': 'and keep no record',
      'add-inside-unnamed': 'and choose no address',
      'add-inside-bare': 'send, and answer',
    },
  },
  {
    name: 'growth',
    title: 'ADD with 1,000 attachments, exec to exit',
    questions: { 'growth-routed': 'routed', 'growth-bridge': 'bridge' },
  },
  {
    name: 'start',
    title: 'From the start of the agent to its first answer, everything repaired',
    questions: {
      'restart-1000-routed': '1,000 attachments, routed',
      'restart-1000-bridge': '1,000 attachments, bridge',
      'kubernetes-ready-250': '250 attachments, Kubernetes API',
    },
  },
  {
    name: 'traffic',
    title: 'Throughput between pod and router, filters on',
    questions: {
      'throughput-out-bridge': 'from the pod, bridge',
      'throughput-in-bridge': 'to the pod, bridge',
      'throughput-out-routed': 'from the pod, routed',
      'throughput-in-routed': 'to the pod, routed',
    },
  },
  {
    name: 'latency',
    title: 'Round trips between pod and router, filters on',
    questions: {
      'round-trip-bridge': 'TCP, bridge',
      'round-trip-routed': 'TCP, routed',
      'ping-bridge': 'ping, bridge',
      'ping-routed': 'ping, routed',
    },
  },
  {
    name: 'memory',
    title: "The agent's memory",
    questions: {
      'agent-rss-idle': 'idle',
      'agent-rss-250': '250 attachments',
      'kubernetes-rss-250': '250 attachments, Kubernetes API',
      'agent-rss-growth': 'change over 10,000 pods',
    },
  },
  {
    name: 'cost',
    title: 'What an ADD costs the node',
    questions: { 'plugin-peak-rss': "the plugin's memory, at its peak", cpu: 'CPU, plugin and agent together' },
  },
  {
    name: 'state',
    title: 'What stays behind after 10,000 pods',
    questions: { 'state-after-10000': 'kernel objects, files, descriptors' },
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
];
