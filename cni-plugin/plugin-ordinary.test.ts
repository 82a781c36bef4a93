import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  ADD,
  agentPlace,
  annotated,
  buildPlugins,
  builds,
  CHECK,
  call,
  DEL,
  failure,
  ordinary,
  pod,
  prevResult,
  silentSuccess,
  willing,
} from './plugin.testing.ts';

beforeAll(buildPlugins);

const others = { runtimeConfig: { 'io.kubernetes.cri.pod-annotations': { 'app.kubernetes.io/name': 'web' } } };
const supportedVersions = ['0.3.1', '0.4.0', '1.0.0', '1.1.0'];

describe.each(builds)('the plugin compiled with $compiler, no agent anywhere', ({ path }) => {
  test('ADD of an ordinary pod gives prevResult back', async () => {
    expect(await call(path, ADD, ordinary())).toEqual({ ...silentSuccess, stdout: JSON.stringify(prevResult) });
  });

  test.each([
    ['DEL', DEL, ordinary()],
    ['DEL without prevResult', DEL, { ...ordinary(), prevResult: undefined }],
    ['CHECK', CHECK, ordinary()],
    ['STATUS', { CNI_COMMAND: 'STATUS' }, { ...ordinary(), cniVersion: '1.1.0' }],
  ])('%s of an ordinary pod succeeds without a word', async (_, variables, stdin) => {
    expect(await call(path, variables, stdin)).toEqual(silentSuccess);
  });

  test.each([
    ['ADD', ADD, ordinary],
    ['DEL', DEL, ordinary],
    ['CHECK', CHECK, ordinary],
    ['STATUS', { CNI_COMMAND: 'STATUS' }, ordinary],
    // As containerd hands over a pod with other annotations.
    ['ADD', ADD, (socket: string) => ({ ...ordinary(socket), ...others })],
    ['DEL', DEL, (socket: string) => ({ ...ordinary(socket), ...others })],
  ])('%s of an ordinary pod never touches the agent that is there, nor its spool', async (_, variables, config) => {
    await using agent = await agentPlace(willing);
    const stdin = { ...config(agent.socket), cniVersion: '1.1.0' };
    expect(await call(path, variables, stdin)).toMatchObject({ exitCode: 0 });
    expect(agent.requests).toEqual([]);
    expect(await readdir(agent.folder)).toEqual(['agent.sock']);
  });

  test.each(supportedVersions)('ADD, CHECK and DEL of an ordinary pod in version %s', async (cniVersion) => {
    const stdin = { ...ordinary(), cniVersion, prevResult: { ...prevResult, cniVersion } };
    expect(await call(path, ADD, stdin)).toEqual({ ...silentSuccess, stdout: JSON.stringify(stdin.prevResult) });
    expect(await call(path, DEL, stdin)).toEqual(silentSuccess);
    if (cniVersion === '0.3.1') expect(await failure(path, CHECK, stdin)).toMatchObject({ cniVersion, code: 1 });
    else expect(await call(path, CHECK, stdin)).toEqual(silentSuccess);
  });

  test.each([
    ['ADD', ADD],
    ['DEL', DEL],
    ['CHECK', CHECK],
    ['GC', { CNI_COMMAND: 'GC' }],
    ['STATUS', { CNI_COMMAND: 'STATUS' }],
  ])('%s in a version that is not supported is error 1, told in one that is', async (_, variables) => {
    for (const cniVersion of ['0.3.0', '1.2.0', undefined]) {
      const msg = `cniVersion: ${JSON.stringify(cniVersion) ?? 'absent'} is not supported`;
      const details = `multivrf supports ${supportedVersions.join(', ')}`;
      const error = { cniVersion: '1.1.0', code: 1, msg, details };
      expect(await failure(path, variables, { ...ordinary(), cniVersion })).toEqual(error);
    }
  });

  test('a prevResult of 900 KiB comes through whole', async () => {
    const routes = Array.from({ length: 40_000 }, (_, i) => ({ dst: `10.${i >> 8}.${i & 255}.0/24` }));
    const large = { ...prevResult, routes };
    const { stdout } = await call(path, ADD, { ...ordinary(), prevResult: large });
    expect(stdout.length).toBeGreaterThan(900 * 1024);
    expect(stdout).toBe(JSON.stringify(large));
  });

  test('VERSION needs neither configuration nor other variables', async () => {
    const { stdout } = await call(path, { CNI_COMMAND: 'VERSION' }, '');
    expect(JSON.parse(stdout)).toEqual({ cniVersion: '1.1.0', supportedVersions });
  });

  test.each([
    ['an unknown verb', { ...ADD, CNI_COMMAND: 'MOVE' }, ordinary(), 4, 'CNI_COMMAND: "MOVE"'],
    ['no verb', pod, ordinary(), 4, 'CNI_COMMAND is not set'],
    ['a missing variable', { ...ADD, CNI_CONTAINERID: '' }, ordinary(), 4, 'CNI_CONTAINERID is empty'],
    ['a container id with a slash', { ...DEL, CNI_CONTAINERID: '../c1' }, ordinary(), 4, 'CNI_CONTAINERID: "../c1"'],
    ['an interface name too long', { ...ADD, CNI_IFNAME: 'a'.repeat(16) }, ordinary(), 4, 'CNI_IFNAME: "aaaa'],
    ['a configuration that is not JSON', ADD, 'type: multivrf', 6, '"type: multivrf"'],
    ['a configuration nested too deep', ADD, `{"x":${'['.repeat(200_000)}`, 6, 'is not a JSON object'],
    ['half a configuration on DEL', DEL, '{"cniVersion":"1.0.0","na', 6, 'is not a JSON object'],
    ['an unsupported version', ADD, { ...ordinary(), cniVersion: '2.0.0' }, 1, '"2.0.0"'],
    ['a CHECK before 0.4.0', CHECK, { ...ordinary(), cniVersion: '0.3.1' }, 1, '"0.3.1" does not have CHECK'],
    ['a GC before 1.1.0', { CNI_COMMAND: 'GC' }, ordinary(), 1, '"1.0.0" does not have GC'],
    ['a STATUS before 1.1.0', { CNI_COMMAND: 'STATUS' }, ordinary(), 1, '"1.0.0" does not have STATUS'],
    ['an ADD without a plugin before it', ADD, { ...ordinary(), prevResult: undefined }, 7, 'prevResult: absent'],
    ['a CHECK without prevResult', CHECK, { ...ordinary(), prevResult: undefined }, 7, 'prevResult: absent'],
    ['a prevResult that is a list', ADD, { ...ordinary(), prevResult: [] }, 7, 'prevResult: []'],
    [
      'a prevResult to which nothing can be added',
      ADD,
      { ...annotated('/x'), prevResult: { ips: {} } },
      7,
      'prevResult.ips: {}',
    ],
    [
      'an IPAM plugin in a chain',
      ADD,
      { ...annotated('/x'), ipam: { type: 'host-local' } },
      2,
      'ipam: {"type":"host-local"} is not supported',
    ],
    ['an annotation that is no text', ADD, annotated('/x', 7), 7, 'annotation multivrf.dev/attach: 7'],
    ['no network name', ADD, { ...annotated('/x'), name: undefined }, 7, 'name: absent'],
    ['a socket path too long', ADD, annotated(`/${'a'.repeat(120)}`), 7, 'agentSocket: "/aaa'],
    ['a relative socket path', ADD, annotated('agent.sock'), 7, 'agentSocket: "agent.sock"'],
    ['no time at all', ADD, { ...annotated('/x'), timeoutSeconds: 0 }, 7, 'timeoutSeconds: 0'],
    ['more time than CRI-O gives', ADD, { ...annotated('/x'), timeoutSeconds: 56 }, 7, 'timeoutSeconds: 56'],
  ])('%s is one CNI error', async (_, variables, stdin, code, named) => {
    expect(await failure(path, variables, stdin)).toEqual({
      cniVersion: expect.any(String),
      code,
      msg: expect.stringContaining(named),
      details: expect.any(String),
    });
  });
});
