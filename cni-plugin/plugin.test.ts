import { beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import type { AddReply } from '../common/protocol.ts';
import { buildPlugins, builds, call, startAgent } from './plugin.testing.ts';

const env = {
  CNI_CONTAINERID: 'c1',
  CNI_NETNS: '/proc/self/ns/net',
  CNI_IFNAME: 'eth0',
  CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAMESPACE=bgp;K8S_POD_NAME=speaker-0',
};
const ADD = { ...env, CNI_COMMAND: 'ADD' };
const DEL = { ...env, CNI_COMMAND: 'DEL', CNI_NETNS: '' };

const prevResult = {
  cniVersion: '1.0.0',
  interfaces: [{ name: 'eth0', mac: '02:00:00:00:00:09', sandbox: '/proc/self/ns/net' }],
  ips: [{ address: '10.1.0.2/24', gateway: '10.1.0.1', interface: 0 }],
  routes: [{ dst: '0.0.0.0/0' }],
  dns: { search: ['clüster.local'] },
};
const added: AddReply = {
  interfaces: [{ name: 'net1', mac: '02:00:00:00:00:01', mtu: 1500 }],
  ips: [{ address: '192.0.2.2/24', interface: 0 }],
  sysctls: [],
};

const nowhere = '/nonexistent/agent.sock';
const ordinary = { cniVersion: '1.0.0', name: 'pods', type: 'multivrf', agentSocket: nowhere, prevResult };
const annotated = (agentSocket: string, attach = 'customer-a') => ({
  ...ordinary,
  agentSocket,
  runtimeConfig: { 'io.kubernetes.cri.pod-annotations': { 'multivrf.dev/attach': attach } },
});

const isRoot = process.getuid?.() === 0;

beforeAll(buildPlugins, 60_000);

describe.each(builds)('the plugin compiled with $compiler', ({ compiler, path }) => {
  const plugin = [path];
  const entersNamespace = compiler === 'bun';
  const testOfAdd = isRoot || !entersNamespace ? test : test.skip;
  const needs = isRoot || !entersNamespace ? '' : ' (skipped: entering a namespace needs root)';

  const failure = async (variables: Record<string, string>, stdin: unknown) => {
    const { stdout, exitCode } = await call(plugin, variables, stdin);
    expect(exitCode).toBe(1);
    return JSON.parse(stdout);
  };

  test('an ordinary pod gets prevResult back, with no agent anywhere', async () => {
    const { stdout, exitCode } = await call(plugin, ADD, ordinary);
    expect({ stdout, exitCode }).toEqual({ stdout: JSON.stringify(prevResult), exitCode: 0 });
  });

  test('an ordinary pod is deleted without a word, with no agent anywhere', async () => {
    expect(await call(plugin, DEL, ordinary)).toEqual({ stdout: '', stderr: '', exitCode: 0 });
  });

  test('a prevResult of 900 KiB comes through whole', async () => {
    const routes = Array.from({ length: 40_000 }, (_, i) => ({ dst: `10.${i >> 8}.${i & 255}.0/24` }));
    const large = { ...prevResult, routes };
    const { stdout } = await call(plugin, ADD, { ...ordinary, prevResult: large });
    expect(stdout.length).toBeGreaterThan(900 * 1024);
    expect(stdout).toBe(JSON.stringify(large));
  });

  test('VERSION needs neither configuration nor other variables', async () => {
    const { stdout } = await call(plugin, { CNI_COMMAND: 'VERSION' }, '');
    expect(JSON.parse(stdout)).toEqual({
      cniVersion: '1.1.0',
      supportedVersions: ['0.3.1', '0.4.0', '1.0.0', '1.1.0'],
    });
  });

  test.each([
    ['an unknown verb', { ...ADD, CNI_COMMAND: 'MOVE' }, ordinary, 4, 'CNI_COMMAND: "MOVE"'],
    ['no verb', env, ordinary, 4, 'CNI_COMMAND is not set'],
    ['a missing variable', { ...ADD, CNI_CONTAINERID: '' }, ordinary, 4, 'CNI_CONTAINERID'],
    ['a configuration that is not JSON', ADD, 'type: multivrf', 6, '"type: multivrf"'],
    ['an unsupported version', ADD, { ...ordinary, cniVersion: '2.0.0' }, 1, '"2.0.0"'],
    ['no plugin before it', ADD, { ...ordinary, prevResult: undefined }, 7, 'prevResult: absent'],
    ['no network name', DEL, { ...annotated(nowhere), name: undefined }, 7, 'name: absent'],
    ['a socket path too long', DEL, annotated(`/${'a'.repeat(120)}`), 7, 'agentSocket: /aaa'],
    ['no agent on DEL', DEL, annotated(nowhere), 11, nowhere],
  ])('%s is one CNI error', async (_, variables, stdin, code, named) => {
    expect(await failure(variables, stdin)).toEqual({
      cniVersion: expect.any(String),
      code,
      msg: expect.stringContaining(named),
      details: expect.any(String),
    });
  });

  testOfAdd(`an annotated pod gets the attachment added${needs}`, async () => {
    await using agent = await startAgent(() => ({ ok: true, result: added }));
    const { stdout, exitCode } = await call(plugin, ADD, annotated(agent.socket));
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      ...prevResult,
      interfaces: [...prevResult.interfaces, { name: 'net1', mac: '02:00:00:00:00:01', sandbox: env.CNI_NETNS }],
      ips: [...prevResult.ips, { address: '192.0.2.2/24', interface: 1 }],
    });
    expect(agent.requests).toEqual([
      {
        protocol: 1,
        verb: 'ADD',
        containerId: 'c1',
        ifname: 'eth0',
        netns: env.CNI_NETNS,
        args: env.CNI_ARGS,
        network: 'pods',
        attach: 'customer-a',
        hasSocket: entersNamespace,
      },
    ]);
  });

  testOfAdd(`an empty annotation goes to the agent${needs}`, async () => {
    await using agent = await startAgent(() => ({ ok: false, error: { code: 7, msg: 'empty' } }));
    await failure(ADD, annotated(agent.socket, ''));
    expect(agent.requests.map((it) => it.attach)).toEqual(['']);
  });

  testOfAdd(`an agent that is away is named with its socket${needs}`, async () => {
    const error = await failure(ADD, annotated(nowhere));
    expect(error).toMatchObject({ code: 11, msg: expect.stringContaining(nowhere) });
    expect(error.details).toContain('DaemonSet multivrf-agent');
  });

  testOfAdd(`an error of the agent is handed on word for word${needs}`, async () => {
    const error = { code: 100, msg: 'vrf "x" is unknown', details: 'known: customer-a' };
    await using agent = await startAgent(() => ({ ok: false, error }));
    expect(await failure(ADD, annotated(agent.socket))).toEqual({ cniVersion: '1.0.0', ...error });
  });

  testOfAdd.each([
    ['silence and a closed connection', '', 11, 'received nothing'],
    ['half an answer', '{"ok":true,"resu', 11, 'received 16 characters'],
    ['an answer that is not JSON', 'HTTP/1.1 400 Bad Request\r\n', 6, '"HTTP/1.1 400 Bad Request'],
    ['an answer of another shape', '{"result":{}}\n', 6, '{\\"result\\":{}}'],
    ['an endless line', 'x'.repeat(3 << 20), 5, 'longer than 1048576 bytes'],
  ])(`%s is one CNI error${needs}`, async (_, answer, code, named) => {
    await using agent = await startAgent(() => answer);
    expect(await failure(ADD, annotated(agent.socket))).toMatchObject({ code, msg: expect.stringContaining(named) });
  });

  test('a namespace that does not exist is named', async () => {
    await using agent = await startAgent(() => ({ ok: true, result: added }));
    const error = await failure({ ...ADD, CNI_NETNS: '/run/netns/gone' }, annotated(agent.socket));
    expect(error).toMatchObject({ code: 4, msg: expect.stringContaining('/run/netns/gone') });
    expect(agent.requests).toEqual([]);
  });

  test('DEL asks the agent without a namespace and prints nothing', async () => {
    await using agent = await startAgent(() => ({ ok: true }));
    expect(await call(plugin, DEL, annotated(agent.socket))).toEqual({ stdout: '', stderr: '', exitCode: 0 });
    expect(agent.requests).toMatchObject([{ verb: 'DEL', containerId: 'c1', netns: '', hasSocket: false }]);
  });

  if (entersNamespace) {
    testOfAdd(`sysctls are written inside the pod's namespace${needs}`, async () => {
      const script = 'echo ready; read line; cat /proc/sys/net/ipv4/ip_default_ttl';
      const pod = execa('unshare', ['-n', 'sh', '-c', script], { stdin: 'pipe' });
      await new Promise((ready) => pod.stdout.once('data', ready));
      const sysctls = [{ path: 'net/ipv4/ip_default_ttl', value: '7' }];
      await using agent = await startAgent(() => ({ ok: true, result: { ...added, sysctls } }));
      // In a namespace of its own, so that a plugin that stays outside the pod's changes nothing of the host.
      const { exitCode } = await call(
        ['unshare', '-n', path],
        { ...ADD, CNI_NETNS: `/proc/${pod.pid}/ns/net` },
        annotated(agent.socket),
      );
      pod.stdin.end('\n');
      expect(exitCode).toBe(0);
      expect((await pod).stdout).toBe('ready\n7');
    });
  }

  testOfAdd.each([
    ['that the kernel does not have', 'net/ipv4/no_such_file'],
    ['outside the network', 'kernel/core_pattern'],
    ['outside the network by a detour', 'net/../kernel/core_pattern'],
  ])(`a sysctl %s fails the ADD and undoes the attachment${needs}`, async (_, file) => {
    const sysctls = [{ path: file, value: '0' }];
    await using agent = await startAgent(({ verb }) =>
      verb === 'ADD' ? { ok: true, result: { ...added, sysctls } } : { ok: true },
    );
    expect(await failure(ADD, annotated(agent.socket))).toMatchObject({
      code: 101,
      msg: expect.stringContaining(`cannot write "0" to /proc/sys/${file}`),
    });
    expect(agent.requests.map((it) => [it.verb, it.hasSocket])).toEqual([
      ['ADD', entersNamespace],
      ['DEL', false],
    ]);
  });
});
