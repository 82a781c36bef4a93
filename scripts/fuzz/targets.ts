/** All targets, and how the cases are shared out among them. */
import type { TargetEntry } from './target.ts';

export type TargetName =
  | 'plugin-binary'
  | 'plugin'
  | 'annotation'
  | 'vrf-files'
  | 'state'
  | 'agent-start'
  | 'agent-socket'
  | 'netlink-decoders'
  | 'netlink-socket';

/** Each is loaded in its own process only, since some have native libraries or start daemons. */
export const targets: Readonly<Record<TargetName, TargetEntry>> = {
  'plugin-binary': {
    share: 100,
    confined: true,
    open: async () => (await import('./targets/plugin-binary.ts')).open(),
  },
  plugin: { share: 200, confined: false, open: async () => (await import('./targets/plugin.ts')).open() },
  annotation: { share: 200, confined: false, open: async () => (await import('./targets/annotation.ts')).open() },
  'vrf-files': { share: 100, confined: true, open: async () => (await import('./targets/vrf-files.ts')).open() },
  state: { share: 60, confined: true, open: async () => (await import('./targets/state.ts')).open() },
  'agent-start': { share: 20, confined: true, open: async () => (await import('./targets/agent-start.ts')).open() },
  'agent-socket': { share: 60, confined: false, open: async () => (await import('./targets/agent-socket.ts')).open() },
  'netlink-decoders': {
    share: 160,
    confined: true,
    open: async () => (await import('./targets/netlink-decoders.ts')).open(),
  },
  'netlink-socket': {
    share: 100,
    confined: true,
    open: async () => (await import('./targets/netlink-socket.ts')).open(),
  },
};

/** How many of `total` cases each target gets. */
export function shares(total: number): [TargetName, number][] {
  return Object.entries(targets).map(([name, { share }]) => [name as TargetName, Math.ceil((total * share) / 1000)]);
}
