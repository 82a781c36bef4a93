/** Calls of the plugin, in this process: stdin, environment, and what agent and IPAM plugin may answer. */
import fc from 'fast-check';
import { run } from '../../../cni-plugin/main.ts';
import { mutatedJson } from '../mutate/json.ts';
import { added, lease, refused } from '../originals/calls.ts';
import { type Call, calls, mustBeOutcome } from '../plugin-call.ts';
import { type Script, ScriptedSystem, type Turn } from '../scripted-system.ts';
import { must, type Target } from '../target.ts';

interface Input {
  call: Call;
  script: Script;
}

const places = {
  agentSocket: '/run/multivrf/agent.sock',
  netns: '/run/netns/c1',
  cniPath: '/opt/cni/bin:/usr/lib/cni',
  odd: ['/run/netns/pipe', '/'],
};

const reply = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(added, { ok: true }, refused).map((one) => JSON.stringify(one)) },
  { weight: 2, arbitrary: mutatedJson([added, refused]) },
);

const turn: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 3, arbitrary: reply.map((text) => ({ what: 'reply' as const, text })) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constantFrom('away', 'unreachable', 'silent', 'cutOff', 'tooLong', 'noNamespace'),
    }),
  },
);

const ended = fc.record({
  exitCode: fc.constantFrom(0, 0, 0, 1, undefined),
  stdout: fc.oneof(fc.constant(JSON.stringify(lease)), mutatedJson([lease, refused.error])),
  reason: fc.constantFrom('exit code 1', 'ended by SIGKILL'),
  timedOut: fc.boolean(),
});

const script: fc.Arbitrary<Script> = fc.record({
  turns: fc.array(turn, { minLength: 1, maxLength: 4 }),
  ipam: fc.record({ found: fc.boolean(), ended }),
  noteFails: fc.boolean(),
  sysctlFails: fc.boolean(),
  entersNamespace: fc.boolean(),
});

async function check({ call, script: how }: Input): Promise<void> {
  const system = new ScriptedSystem(call, how);
  run(system);
  const never = new Promise<undefined>((resolve) => setTimeout(resolve, 1000, undefined).unref());
  const outcome = await Promise.race([system.outcome, never]);
  must(outcome !== undefined, 'the plugin does not end');
  mustBeOutcome(call, outcome);
  const mayAsk = /"vrf"|attach"|strictStatus|valid-attachments/.test(call.stdin);
  must(mayAsk || system.asked === 0, 'an ordinary pod reaches the agent');
}

export async function open(): Promise<Target<Input>> {
  return { input: fc.record({ call: calls(places), script }), run: check };
}
