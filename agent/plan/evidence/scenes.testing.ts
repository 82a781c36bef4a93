/** Scenes of every way to realise an attachment, and a kernel that answers as a sound one does. */
import { scenarios } from '../scenarios.testing.ts';
import type { Findings } from './judge.ts';
import type { Answer, Question, Scene } from './statement.ts';
import { statementsOf } from './statements.ts';

export const scenes: Record<string, Scene> = Object.fromEntries(
  Object.entries(scenarios).map(([name, attachment]) => [
    name,
    {
      attachment,
      vrf: attachment.vrf,
      siblings: [attachment],
      others: [{ name: 'customer-b', addresses: ['192.0.2.77', '2001:db8::77'] }],
      nodeAddresses: ['10.0.0.5', 'fd00::5'],
      podAddresses: ['10.244.0.7/24', 'fd88::7/64'],
    },
  ]),
);

/** Refuses what must not arrive, and delivers what must. */
export function soundAnswers(scene: Scene): Findings['answer'] {
  const control = new Set(statementsOf(scene).flatMap((statement) => statement.control.map(key)));
  return (question): Answer =>
    control.has(key(question)) ? { type: 'local' } : { type: 'refused', error: 'EHOSTUNREACH' };
}

/** The same question, whoever asks it. */
function key({ in: place, to, from, iif, oif }: Question): string {
  return [place, to, from, iif, oif].join(' ');
}
