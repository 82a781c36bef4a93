import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  ADD,
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
} from './plugin.testing.ts';

beforeAll(buildPlugins, 60_000);

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
