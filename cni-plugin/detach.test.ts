import { expect, test } from '@jest/globals';
import { Agent } from './agent.ts';
import { detach } from './detach.ts';
import { agentAway } from './no-answer.ts';
import type { System } from './system.ts';

const pod = { containerId: 'c1', ifname: 'eth0', netns: '', args: '' };

/** A system in which only a DEL's means work: the agent as `exchange` says, the spool as a list of names. */
function systemWith(exchange: () => string): { system: System; spool: Set<string> } {
  const spool = new Set<string>();
  const unused = () => {
    throw new Error('a DEL does not do this');
  };
  const system: System = {
    entersNamespace: true,
    env: unused,
    readStdin: unused,
    print: unused,
    warn: unused,
    exit: unused,
    sleep: unused,
    writeSysctl: unused,
    isExecutable: unused,
    run: unused,
    exchange,
    writeNote: (directory, name) => void spool.add(`${directory}/${name}`),
    removeNote: (directory, name) => void spool.delete(`${directory}/${name}`),
  };
  return { system, spool };
}

const agentIn = (system: System) =>
  new Agent(system, { network: 'pods', socketPath: '/run/agent.sock', timeout: 1000 });
const away = () => agentAway('/run/agent.sock', true, 'no such file');

test('an agent that starts while the note is written is asked, and its note taken back', async () => {
  let asked = 0;
  const { system, spool } = systemWith(() => {
    asked++;
    // The second question comes when the note is there: an agent that looked earlier has missed it.
    if (asked === 1) throw away();
    expect([...spool]).toEqual(['/run/spool/pods,c1,eth0.json']);
    return '{"ok":true}';
  });
  await detach(agentIn(system), pod);
  expect({ asked, notes: spool.size }).toEqual({ asked: 2, notes: 0 });
});

test('an agent that is still away has its note', async () => {
  const { system, spool } = systemWith(() => {
    throw away();
  });
  await detach(agentIn(system), pod);
  expect(spool.size).toBe(1);
});
