import { beforeAll, describe, expect, test } from '@jest/globals';
import { agentPlace, buildPlugins, builds, call, failure, ordinary, silentSuccess, willing } from './plugin.testing.ts';

beforeAll(buildPlugins);

const STATUS = { CNI_COMMAND: 'STATUS', CNI_PATH: '/usr/lib/cni' };

describe.each(builds)('STATUS by the plugin compiled with $compiler', ({ path }) => {
  const config = (agentSocket: string, more: object = {}) => ({
    ...ordinary(agentSocket),
    cniVersion: '1.1.0',
    prevResult: undefined,
    ...more,
  });

  test('all is well without asking, since ordinary pods can be served', async () => {
    await using agent = await agentPlace(willing);
    expect(await call(path, STATUS, config(agent.socket))).toEqual(silentSuccess);
    expect(agent.requests).toEqual([]);
  });

  test('with strictStatus the agent is asked, and its reason handed on', async () => {
    const error = { code: 50, msg: 'no VRF could be read', details: 'customer-a.yaml' };
    let well = true;
    await using agent = await agentPlace(() => (well ? { ok: true } : { ok: false, error }));
    expect(await call(path, STATUS, config(agent.socket, { strictStatus: true }))).toEqual(silentSuccess);
    well = false;
    expect(await failure(path, STATUS, config(agent.socket, { strictStatus: true }))).toMatchObject(error);
    expect(agent.verbs).toEqual(['STATUS', 'STATUS']);
  });

  test('with strictStatus an agent that is away or hangs up is error 50 with the reason', async () => {
    await using agent = await agentPlace();
    expect(await failure(path, STATUS, config(agent.socket, { strictStatus: true }))).toMatchObject({
      code: 50,
      msg: expect.stringContaining(`does not answer on ${agent.socket}`),
    });
    await agent.start(() => '');
    expect(await failure(path, STATUS, config(agent.socket, { strictStatus: true }))).toMatchObject({ code: 50 });
  });
});
