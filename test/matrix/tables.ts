/** What a namespace's kernel has learned: its ARP and neighbour tables, and its ways to the cluster. */
import type { Netns } from '../support/netns.ts';
import { fabric } from './world.ts';

/** A neighbour with its MAC, or a way with what it is restricted to, as iproute2 tells them. */
export interface Learned {
  dst: string;
  lladdr?: string;
  metrics?: { mtu?: number }[];
}

/** By one process, since in the test kernel processes are what takes time. Where there is no way, nothing is told of it. */
export async function learned(netns: Netns): Promise<Learned[]> {
  const commands = ['neigh show', ...Object.values(fabric).map((address) => `route get ${address}`)];
  const { stdout } = await netns.tryRun('ip', ['-json', '-force', '-batch', '-'], {
    input: `${commands.join('\n')}\n`,
  });
  return stdout.split('\n').flatMap((line): Learned[] => (line.startsWith('[') ? JSON.parse(line) : []));
}
