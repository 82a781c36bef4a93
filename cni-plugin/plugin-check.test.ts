import { beforeAll, describe, expect } from '@jest/globals';
import {
  agentPlace,
  annotated,
  buildPlugins,
  builds,
  CHECK,
  call,
  failure,
  insidePod,
  pod,
  prevResult,
  silentSuccess,
  willing,
} from './plugin.testing.ts';

beforeAll(buildPlugins);

describe.each(builds)('CHECK by the plugin compiled with $compiler', (build) => {
  const { path, entersNamespace } = build;
  const { inside, needs } = insidePod(build);

  inside(`asks the agent with annotation, prevResult and a socket of the pod${needs}`, async () => {
    await using agent = await agentPlace(willing);
    expect(await call(path, CHECK, annotated(agent.socket))).toEqual(silentSuccess);
    expect(agent.requests).toMatchObject([
      { verb: 'CHECK', attach: 'customer-a', prevResult, netns: pod.CNI_NETNS, hasSocket: entersNamespace },
    ]);
  });

  inside(`hands on what the agent found${needs}`, async () => {
    const error = { code: 101, msg: 'net1: the MTU is 1400', details: 'it should be 1500' };
    await using agent = await agentPlace(() => ({ ok: false, error }));
    expect(await failure(path, CHECK, annotated(agent.socket))).toMatchObject(error);
    expect(agent.notes).toEqual({});
  });
});
