/** The agent goes, the sessions stay. */
import { setTimeout as sleep } from 'node:timers/promises';
import { timers } from '../../../test/support/speakers/speaker.ts';
import { brokenSessions, type Pair, type Peering, readSessions } from '../bgp.ts';
import type { Stage } from '../scene.ts';
import type { Check } from '../story.ts';

/** Whether every session, as it was `before`, outlives the agent's restart or violent end. */
export async function survives(
  { agent }: Stage,
  peerings: readonly Peering[],
  before: readonly Pair[],
  how: 'restart' | 'kill',
  check: Check,
): Promise<boolean> {
  const began = agent.log().length;
  const broken: string[] = [];
  const look = async (when: string) => {
    for (const one of brokenSessions(before, await readSessions(peerings))) broken.push(`${when}: ${one}`);
  };
  if (how === 'restart') await agent.restart();
  else {
    await agent.kill();
    // A session whose packets no longer pass does not outlive its hold time.
    await sleep((timers.hold + 1) * 1000);
    await look('while it was away');
    await agent.start();
  }
  await look('when it was back');
  const repaired = agent
    .log()
    .slice(began)
    .flatMap(({ msg, steps }) => (msg.includes('repair') ? [`${msg} ${steps}`] : []));
  const away = `away for ${timers.hold + 1} s, longer than the hold time of ${timers.hold} s`;
  check(
    repaired.length === 0,
    [
      `agent ${how === 'restart' ? 'restarted' : `killed, ${away}, started`}: it finds nothing to repair`,
      ...repaired,
    ].join('; '),
  );
  return check(broken.length === 0, ["every session's uptime is unbroken at both ends", ...broken].join('; '));
}
