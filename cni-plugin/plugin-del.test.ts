import { mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type AgentPlace,
  agentPlace,
  annotated,
  buildPlugins,
  builds,
  call,
  DEL,
  failure,
  pod,
  type Script,
  silentSuccess,
  willing,
} from './plugin.testing.ts';

beforeAll(buildPlugins);

const note = {
  protocol: 1,
  network: 'pods',
  timeout: 20_000,
  containerId: 'c1',
  ifname: 'eth0',
  netns: '',
  args: pod.CNI_ARGS,
  verb: 'DEL',
  hasSocket: false,
};

describe.each(builds)('DEL by the plugin compiled with $compiler', ({ path }) => {
  const del = (agent: AgentPlace, changes: object = {}) => call(path, DEL, { ...annotated(agent.socket), ...changes });

  test('asks the agent without a namespace and prints nothing', async () => {
    await using agent = await agentPlace(willing);
    expect(await del(agent)).toEqual(silentSuccess);
    expect(agent.requests).toEqual([{ ...note, timeout: expect.any(Number) }]);
    expect(await readdir(agent.folder)).toEqual(['agent.sock']);
  });

  test('succeeds again and again with the agent away, and leaves one note', async () => {
    await using agent = await agentPlace();
    for (let i = 0; i < 3; i++) expect(await del(agent)).toEqual(silentSuccess);
    expect(agent.notes).toEqual({ 'pods,c1,eth0.json': note });
    const spool = join(agent.folder, 'spool');
    expect((await stat(spool)).mode & 0o777).toBe(0o700);
  });

  test('with a directory of the agent that is not there yet, as after a reboot, leaves its note', async () => {
    await using agent = await agentPlace();
    const socket = join(agent.folder, 'run/multivrf/agent.sock');
    expect(await del(agent, { agentSocket: socket })).toEqual(silentSuccess);
    expect(await readdir(join(agent.folder, 'run/multivrf/spool'))).toEqual(['pods,c1,eth0.json']);
  });

  test('with a socket that nobody listens on any more leaves a note', async () => {
    await using agent = await agentPlace();
    await writeFile(agent.socket, '');
    expect(await del(agent)).toEqual(silentSuccess);
    expect(agent.notes).toEqual({ 'pods,c1,eth0.json': note });
  });

  test.each<[string, Script]>([
    ['hangs up', () => ''],
    ['is silent', () => 'silence'],
    ['answers half a line', () => '{"ok":tr'],
    ['answers nonsense', () => 'nonsense\n'],
    ['answers a result of another shape', () => '{"ok":true,"result":7}\n'],
    ['wants to be asked later', () => ({ ok: false, error: { code: 11, msg: 'busy' } })],
    ['fails', () => ({ ok: false, error: { code: 5, msg: 'the agent failed' } })],
  ])('an agent that %s finds a note instead of blocking the pod', async (_, script) => {
    await using agent = await agentPlace(script);
    expect(await del(agent, { timeoutSeconds: 2 })).toEqual(silentSuccess);
    expect(agent.notes).toEqual({ 'pods,c1,eth0.json': { ...note, timeout: 2_000 } });
    expect(agent.verbs).toEqual(['DEL']);
  });

  test.each([
    ['an annotation that is no text', annotated('', { vrf: 'a' })],
    ['an annotation without sense', annotated('', '[{"vrf":')],
    ['no prevResult', { prevResult: undefined }],
    ['a prevResult that is none', { prevResult: [7] }],
    ['an IPAM plugin in a chain', { ipam: { type: 'host-local' } }],
    ['a VRF that is none', { vrf: 7 }],
  ])('%s is no reason to fail', async (_, changes) => {
    await using agent = await agentPlace(willing);
    expect(await del(agent, { ...changes, agentSocket: agent.socket })).toEqual(silentSuccess);
    expect(agent.verbs).toEqual(['DEL']);
  });

  test.each([
    ['timeoutSeconds', { timeoutSeconds: 'soon' }, ['DEL']],
    ['ipam.type', { vrf: 'customer-a', ipam: { type: '../sh' } }, ['DEL']],
    ['name', { name: 7 }, []],
  ])('a wrong %s is no reason to fail, and is named on stderr', async (key, changes, verbs) => {
    await using agent = await agentPlace(willing);
    const { stdout, stderr, exitCode } = await del(agent, changes);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 });
    expect(stderr).toContain(`DEL goes on in spite of ${key}`);
    expect(agent.verbs).toEqual(verbs);
  });

  test('a note that cannot be written is error 5 with path and reason, and the runtime repeats the DEL', async () => {
    await using agent = await agentPlace();
    await writeFile(join(agent.folder, 'spool'), '');
    expect(await failure(path, DEL, annotated(agent.socket))).toMatchObject({
      code: 5,
      msg: expect.stringMatching(/spool\/pods,c1,eth0\.json: .*(Not a directory|ENOTDIR)/),
    });
  });

  test('a spool that is a symbolic link is not followed: the agent has fewer rights than the plugin', async () => {
    await using agent = await agentPlace();
    const elsewhere = join(agent.folder, 'elsewhere');
    await mkdir(elsewhere);
    await symlink(elsewhere, join(agent.folder, 'spool'));
    expect(await failure(path, DEL, annotated(agent.socket))).toMatchObject({ code: 5 });
    expect(await readdir(elsewhere)).toEqual([]);
  });

  test('names with odd characters come to one file name', async () => {
    await using agent = await agentPlace();
    await del(agent, { name: '../p/ö' });
    expect(Object.keys(agent.notes)).toEqual(['..%2Fp%2F%C3%B6,c1,eth0.json']);
  });
});
