/** quick-add.bun.ts and main.ts are two ways to one answer. A time limit in the configuration makes a call take the long one. */
import { beforeAll, describe, expect } from '@jest/globals';
import { agentReserve, defaultTimeout } from './defaults.ts';
import {
  ADD,
  added,
  agentPlace,
  annotated,
  buildPlugins,
  builds,
  call,
  insidePod,
  ordinary,
  prevResult,
  type Script,
  willing,
} from './plugin.testing.ts';

beforeAll(buildPlugins, 60_000);

const [bun] = builds;
const { inside, needs } = insidePod(bun!);
const two = {
  ...added,
  interfaces: [...added.interfaces, { name: 'net2' }],
  ips: [...added.ips, { address: '2001:db8::2/64', gateway: '2001:db8::1', interface: 1 }, { address: '192.0.2.9/24' }],
};
const answering =
  (result: unknown): Script =>
  ({ verb }) =>
    verb === 'ADD' ? `${JSON.stringify({ ok: true, result })}\n` : { ok: true };

async function answer(script: Script | undefined, env: Record<string, string>, change: object) {
  await using agent = await agentPlace(script);
  const { stdout, exitCode } = await call(bun!.path, { ...ADD, ...env }, { ...annotated(agent.socket), ...change });
  const requests = agent.requests.map(({ timeout, ...request }) => request);
  // The agent's folder, and how long and often was tried, differ from call to call.
  const told = stdout.replaceAll(agent.folder, '').replaceAll(/within [\d.]+ s|tried \d+ times in [\d.]+ s/g, '');
  return { told, exitCode, requests };
}

async function bothWays(script: Script | undefined, env: Record<string, string>, change: object) {
  const quick = await answer(script, env, change);
  const long = await answer(script, env, { ...change, timeoutSeconds: 20 });
  expect(quick).toEqual(long);
  return quick;
}

describe.each(['1.0.0', '1.1.0', '0.4.0'])('in %s both ways print the same', (cniVersion) => {
  inside.each<[string, Script, object]>([
    ['one attachment', willing, {}],
    ['two attachments', answering(two), {}],
    ['an attachment to a pod without a result', willing, { prevResult: { dns: {} } }],
    ['an attachment without routes', answering({ ...added, routes: [] }), {}],
    ['a configuration longer than a buffer', willing, { other: 'x'.repeat(200_000) }],
    ['an answer that comes in parts', answering({ ...added, padding: 'x'.repeat(200_000) }), {}],
  ])(`of %s${needs}`, async (_, script, change) => {
    const { exitCode, requests } = await bothWays(script, {}, { cniVersion, ...change });
    expect(exitCode).toBe(0);
    expect(requests).toHaveLength(1);
  });

  inside(`of an ordinary pod${needs}`, async () => {
    const change = { ...ordinary(), cniVersion, runtimeConfig: {} };
    expect((await bothWays(willing, {}, change)).told).toBe(JSON.stringify(prevResult));
  });
});

describe('both ways say the same', () => {
  inside.each<[string, Script, Record<string, string>, object]>([
    ['of a container identifier', willing, { CNI_CONTAINERID: 'a/b' }, {}],
    ['of an interface name', willing, { CNI_IFNAME: 'a b' }, {}],
    ['of a namespace', willing, { CNI_NETNS: '/run/netns/gone' }, {}],
    ['of a version', willing, {}, { cniVersion: '9.0.0' }],
    ['of a result that is none', willing, {}, { prevResult: [] }],
    ['of a result that nothing can be added to', willing, {}, { prevResult: { ips: ['x'] } }],
    ['of a key of others', willing, {}, { ipam: { type: 'static' } }],
    ['of a network without a name', willing, {}, { name: '' }],
    ['of a network with half a character in its name', willing, {}, { name: '\ud800' }],
    ['of a relative socket', willing, {}, { agentSocket: 'agent.sock' }],
    ['of an annotation that is no text', willing, {}, { ...annotated('/agent.sock', 7) }],
    ['of a refusal', () => ({ ok: false, error: { code: 100, msg: 'no' } }), {}, {}],
    ['of an answer of another shape', answering({ ...added, interfaces: [{}] }), {}, {}],
    ['of a sysctl that is not there', answering({ ...added, sysctls: [{ path: 'net/none', value: '0' }] }), {}, {}],
  ])(`%s${needs}`, async (_, script, env, change) => {
    expect((await bothWays(script, env, change)).exitCode).toBe(1);
  });
});

inside(`an answer cut off is asked for again by both, once nothing is left of it${needs}`, async () => {
  const cutOff = (): Script => {
    let answers = 0;
    return (request) => (answers++ === 0 ? '{"ok":tr' : willing(request));
  };
  const quick = await answer(cutOff(), {}, {});
  expect(quick).toEqual(await answer(cutOff(), {}, { timeoutSeconds: 20 }));
  expect(quick.requests).toMatchObject([{ verb: 'ADD' }, { verb: 'DEL' }, { verb: 'ADD' }]);
});

inside(`the usual ADD does go the quick way: no time has passed for it${needs}`, async () => {
  await using agent = await agentPlace(willing);
  await call(bun!.path, ADD, annotated(agent.socket));
  expect(agent.requests).toMatchObject([{ timeout: defaultTimeout - agentReserve }]);
});
