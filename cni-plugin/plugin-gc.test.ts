import { beforeAll, describe, expect, test } from '@jest/globals';
import { agentPlace, buildPlugins, builds, call, failure, ordinary, silentSuccess, willing } from './plugin.testing.ts';

beforeAll(buildPlugins);

const GC = { CNI_COMMAND: 'GC', CNI_PATH: '/usr/lib/cni' };
const key = 'cni.dev/valid-attachments';
const valid = [
  { containerID: 'c1', ifname: 'eth0' },
  { containerID: 'c2', ifname: 'eth0' },
];

describe.each(builds)('GC by the plugin compiled with $compiler', ({ path }) => {
  const config = (agentSocket: string, list?: unknown) => ({
    ...ordinary(agentSocket),
    cniVersion: '1.1.0',
    prevResult: undefined,
    [key]: list,
  });

  test('tells the agent which attachments of this network are to stay', async () => {
    await using agent = await agentPlace(willing);
    expect(await call(path, GC, config(agent.socket, valid))).toEqual(silentSuccess);
    expect(agent.requests).toEqual([
      {
        protocol: 1,
        verb: 'GC',
        network: 'pods',
        timeout: expect.any(Number),
        valid: [
          { containerId: 'c1', ifname: 'eth0' },
          { containerId: 'c2', ifname: 'eth0' },
        ],
      },
    ]);
  });

  test('an empty list is a list', async () => {
    await using agent = await agentPlace(willing);
    expect(await call(path, GC, config(agent.socket, []))).toEqual(silentSuccess);
    expect(agent.requests).toMatchObject([{ valid: [] }]);
  });

  test.each([
    ['absent', undefined],
    ['not a list', null],
    ['not a list', { c1: 'eth0' }],
  ])('a list that is %s removes nothing: %j', async (is, list) => {
    await using agent = await agentPlace(willing);
    const { stdout, stderr, exitCode } = await call(path, GC, config(agent.socket, list));
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 });
    expect(stderr).toContain(`${key} is ${is}: GC removes nothing`);
    expect(agent.requests).toEqual([]);
  });

  test.each([[[...valid, 'c3']], [[{ containerID: 'c1' }]], [[null]]])(
    'an element that may stand for a living pod stops it: %j',
    async (list) => {
      await using agent = await agentPlace(willing);
      expect(await failure(path, GC, config(agent.socket, list))).toMatchObject({
        code: 7,
        msg: expect.stringContaining(`${key}[`),
      });
      expect(agent.requests).toEqual([]);
    },
  );

  test('an agent that is away is error 11, its own errors are handed on', async () => {
    await using agent = await agentPlace();
    expect(await failure(path, GC, config(agent.socket, valid))).toMatchObject({ code: 11 });
    const error = { code: 101, msg: 'c3: the kernel refuses' };
    await agent.start(() => ({ ok: false, error }));
    expect(await failure(path, GC, config(agent.socket, valid))).toMatchObject(error);
  });
});
