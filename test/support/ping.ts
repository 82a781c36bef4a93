/** Reachability by ICMP echo. */
import type { Netns } from './netns.ts';

/** Whether `address` answers one of at most `tries` echo requests, a second each; `device` binds the socket to an interface or an address. */
export async function ping(
  from: Netns,
  address: string,
  { device, tries = 3 }: { device?: string; tries?: number } = {},
): Promise<boolean> {
  const bound = device === undefined ? [] : ['-I', device];
  for (let i = 0; i < tries; i++) {
    const { exitCode } = await from.tryRun('ping', ['-n', '-c', '1', '-W', '1', ...bound, address]);
    if (exitCode === 0) return true;
  }
  return false;
}
