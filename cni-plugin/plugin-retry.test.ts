import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect } from '@jest/globals';
import {
  ADD,
  agentPlace,
  annotated,
  buildPlugins,
  builds,
  CHECK,
  call,
  failure,
  insidePod,
  willing,
} from './plugin.testing.ts';

beforeAll(buildPlugins);

/** Seconds: enough for two attempts on a machine on which the plugin takes a second to start. */
const soon = 2;

const again = { ok: false, error: { code: 11, msg: 'netlink is busy', details: 'wait' } } as const;

describe.each(builds)('what fails for a moment, with the plugin compiled with $compiler', (build) => {
  const { path } = build;
  const { inside, needs } = insidePod(build);

  inside.each([
    ['an ADD', ADD],
    ['a CHECK', CHECK],
  ])(`%s waits for an agent that starts${needs}`, async (_, variables) => {
    await using agent = await agentPlace();
    const answer = call(path, variables, annotated(agent.socket));
    await delay(300);
    await agent.start(willing);
    expect(await answer).toMatchObject({ exitCode: 0 });
    expect(agent.verbs).toEqual([variables.CNI_COMMAND]);
  });

  inside(`an ADD asks again when the agent says so${needs}`, async () => {
    let asked = 0;
    await using agent = await agentPlace((request) => (++asked < 3 ? again : willing(request)));
    expect(await call(path, ADD, annotated(agent.socket))).toMatchObject({ exitCode: 0 });
    expect(agent.verbs).toEqual(['ADD', 'ADD', 'ADD']);
    const [first, , third] = agent.requests;
    expect(third?.timeout).toBeLessThan(first?.timeout ?? 0);
  });

  inside.each(['', '{"ok":true,"resu'])(
    `an ADD cut off after %j has the agent forget the first half before it asks again${needs}`,
    async (half) => {
      let asked = 0;
      await using agent = await agentPlace((request) => (++asked === 1 ? half : willing(request)));
      expect(await call(path, ADD, annotated(agent.socket))).toMatchObject({ exitCode: 0 });
      expect(agent.verbs).toEqual(['ADD', 'DEL', 'ADD']);
      expect(agent.notes).toEqual({});
    },
  );

  inside(`a CHECK cut off is asked again as it was${needs}`, async () => {
    let asked = 0;
    await using agent = await agentPlace((request) => (++asked === 1 ? '' : willing(request)));
    expect(await call(path, CHECK, annotated(agent.socket))).toMatchObject({ exitCode: 0 });
    expect(agent.verbs).toEqual(['CHECK', 'CHECK']);
  });

  inside(`an agent that stays away is named, with how long and how often it was asked${needs}`, async () => {
    await using agent = await agentPlace();
    const error = await failure(path, ADD, { ...annotated(agent.socket), timeoutSeconds: soon });
    expect(error).toMatchObject({ code: 11, msg: expect.stringContaining(agent.socket) });
    expect(error.details).toContain('DaemonSet multivrf-agent');
    expect(error.details).toMatch(/tried \d+ times in \d\.\d s/);
    expect(agent.notes).toEqual({});
  });

  inside(`the last reason counts, and keeps its details${needs}`, async () => {
    await using agent = await agentPlace(() => again);
    const error = await failure(path, ADD, { ...annotated(agent.socket), timeoutSeconds: soon });
    expect(error).toMatchObject({ code: 11, msg: 'netlink is busy' });
    expect(error.details).toMatch(/^wait; tried \d+ times in/);
    expect(agent.notes).toEqual({});
  });

  inside.each([
    ['is silent', 'silence', 'no answer from the agent'],
    ['always hangs up', '', 'ended the connection'],
  ])(`an ADD whose agent %s leaves a note, so that nothing leaks${needs}`, async (_, answer, named) => {
    await using agent = await agentPlace(() => answer);
    const error = await failure(path, ADD, { ...annotated(agent.socket), timeoutSeconds: soon });
    expect(error).toMatchObject({ code: 11, msg: expect.stringContaining(named) });
    expect(agent.notes).toMatchObject({ 'pods,c1,eth0.json': { verb: 'DEL', containerId: 'c1', network: 'pods' } });
  });

  inside(`an agent that runs out of time names the slow step before the plugin gives up${needs}`, async () => {
    const error = { code: 11, msg: 'not done in time: the slowest step, X, took 9 s', details: 'wait' };
    await using agent = await agentPlace(async ({ timeout }) => {
      await delay(timeout);
      return { ok: false, error };
    });
    // A fifth of it is left for the answer.
    const { msg, details } = await failure(path, ADD, { ...annotated(agent.socket), timeoutSeconds: 6 });
    expect(msg).toBe(error.msg);
    expect(details).toMatch(/^wait; tried \d+ times in/);
  });

  inside(`what cannot be helped is not tried twice${needs}`, async () => {
    await using agent = await agentPlace(() => ({ ok: false, error: { code: 7, msg: 'no such VRF' } }));
    await failure(path, ADD, annotated(agent.socket));
    expect(agent.verbs).toEqual(['ADD']);
  });
});
