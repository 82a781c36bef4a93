/**
 * Frames and descriptors on the socket of the real agent, many at once: each gets one well-formed answer, and afterwards
 * the agent works as before, with as many descriptors and about as much memory.
 */
import fc from 'fast-check';
import { descriptorKinds } from '../descriptors.ts';
import { FuzzedAgent, type Shot } from '../fuzzed-agent.ts';
import { mutatedJson } from '../mutate/json.ts';
import { requestsFor } from '../originals/requests.ts';
import type { Target } from '../target.ts';

const atOnce = 20;

function shots(originals: readonly unknown[]): fc.Arbitrary<Shot> {
  const frame = fc.oneof(
    { weight: 8, arbitrary: mutatedJson(originals) },
    { weight: 2, arbitrary: fc.constantFrom(...originals).map((one) => JSON.stringify(one)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    { weight: 1, arbitrary: fc.constantFrom('', '{', ' '.repeat(1024 * 1024 + 1), `"${'x'.repeat(2 * 1024 * 1024)}`) },
  );
  return fc.record({
    text: frame,
    peer: fc.integer({ min: 1, max: 20 }).map((n) => (n === 1 ? ('nobody' as const) : ('root' as const))),
    end: fc.constantFrom('line', 'line', 'line', 'line', 'line', 'line', 'line', 'more', 'close', 'silence'),
    pieces: fc.integer({ min: 1, max: 3 }),
    descriptors: fc.oneof(
      { weight: 6, arbitrary: fc.constant(['route'] as const) },
      { weight: 4, arbitrary: fc.array(fc.constantFrom(...descriptorKinds), { maxLength: 3 }) },
      { weight: 1, arbitrary: fc.constant(Array.from({ length: 200 }, () => 'file' as const)) },
    ),
  });
}

export async function open(): Promise<Target<Shot[]>> {
  const agent = await FuzzedAgent.start();
  const shot = shots(requestsFor(agent.pod.netns.path, agent.odd));
  return {
    input: fc.array(shot, { minLength: atOnce, maxLength: atOnce }),
    casesPerInput: atOnce,
    casesPerChunk: 2000,
    shrinks: false,
    run: (input) => agent.fire(input),
    settle: () => agent.mustBeAsBefore(),
    close: () => agent.close(),
  };
}
