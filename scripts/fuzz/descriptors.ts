/** Descriptors of every kind that somebody could send to the agent, right and wrong. */
import { closeSync, openSync } from 'node:fs';
import { inNamespace } from '../../agent/apply/inside.ts';
import { close, netlinkSocket } from '../../agent/netlink/sys/libc.ts';
import { anySocket, pair } from './unix-client.ts';

/** `route` is what belongs there; `node` and `other` are of namespaces other than the path in the request says. */
export const descriptorKinds = [
  'route',
  'node',
  'other',
  'generic',
  'file',
  'directory',
  'null',
  'pipe',
  'unix',
  'inet',
  'packet',
  'netns',
] as const;

export type DescriptorKind = (typeof descriptorKinds)[number];

const AF_INET = 2;
const AF_NETLINK = 16;
const AF_PACKET = 17;
const NETLINK_GENERIC = 16;

/** Where the namespaces are: the pod's, the node's, and one of another pod. */
export type Namespaces = Record<'route' | 'node' | 'other', string>;

/** Opens descriptors of these kinds, hands them to `use`, and closes them. */
export function withDescriptors<T>(
  kinds: readonly DescriptorKind[],
  namespaces: Namespaces,
  use: (descriptors: number[]) => T,
): T {
  const opened: number[] = [];
  try {
    return use(kinds.map((kind) => open(kind, namespaces, opened)));
  } finally {
    for (const descriptor of opened) close(descriptor);
  }
}

function open(kind: DescriptorKind, namespaces: Namespaces, opened: number[]): number {
  const remember = (...descriptors: number[]) => {
    opened.push(...descriptors);
    return descriptors[0]!;
  };
  switch (kind) {
    case 'route':
    case 'node':
    case 'other':
      return remember(socketIn(namespaces[kind]));
    case 'generic':
      return remember(anySocket(AF_NETLINK, 3, NETLINK_GENERIC));
    case 'file':
      return remember(openSync('/proc/self/exe', 'r'));
    case 'directory':
      return remember(openSync('/', 'r'));
    case 'null':
      return remember(openSync('/dev/null', 'r+'));
    case 'pipe':
    case 'unix':
      return remember(...pair(kind));
    case 'inet':
      return remember(anySocket(AF_INET, 2, 0));
    case 'packet':
      return remember(anySocket(AF_PACKET, 3, 0));
    case 'netns':
      return remember(openSync(namespaces.route, 'r'));
  }
}

function socketIn(netns: string): number {
  const fd = openSync(netns, 'r');
  try {
    return inNamespace(fd, netlinkSocket);
  } finally {
    closeSync(fd);
  }
}
