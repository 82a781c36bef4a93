import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import {
  ADD,
  added,
  agentPlace,
  annotated,
  buildPlugins,
  builds,
  call,
  failure,
  insidePod,
  pod,
  prevResult,
  willing,
} from './plugin.testing.ts';

beforeAll(buildPlugins);

describe.each(builds)('ADD by the plugin compiled with $compiler', (build) => {
  const { path, entersNamespace } = build;
  const { inside, needs } = insidePod(build);

  inside(`an annotated pod gets the attachment added${needs}`, async () => {
    await using agent = await agentPlace(willing);
    const { stdout, exitCode } = await call(path, ADD, annotated(agent.socket));
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      ...prevResult,
      interfaces: [...prevResult.interfaces, { name: 'net1', mac: '02:00:00:00:00:01', sandbox: pod.CNI_NETNS }],
      ips: [...prevResult.ips, { address: '192.0.2.2/24', interface: 1 }],
    });
    expect(agent.requests).toEqual([
      {
        protocol: 1,
        verb: 'ADD',
        timeout: expect.any(Number),
        containerId: 'c1',
        ifname: 'eth0',
        netns: pod.CNI_NETNS,
        args: pod.CNI_ARGS,
        network: 'pods',
        attach: 'customer-a',
        hasSocket: entersNamespace,
      },
    ]);
    expect(agent.requests[0]?.timeout).toBeLessThanOrEqual(20_000);
    expect(agent.requests[0]?.timeout).toBeGreaterThan(10_000);
  });

  inside.each([
    ['a configuration longer than a buffer', { other: 'x'.repeat(200_000) }, added],
    ['an answer that comes in parts', {}, { ...added, padding: 'x'.repeat(200_000) }],
    ['an answer without routes', {}, { ...added, routes: [] }],
    ['a pod without a result', { prevResult: {} }, added],
  ])(`%s makes no difference${needs}`, async (_, change, result) => {
    await using agent = await agentPlace(() => ({ ok: true, result }));
    const { stdout, exitCode } = await call(path, ADD, { ...annotated(agent.socket), ...change });
    expect([exitCode, agent.verbs]).toEqual([0, ['ADD']]);
    expect(JSON.parse(stdout).interfaces).toContainEqual(expect.objectContaining({ name: 'net1' }));
  });

  inside(`an empty annotation goes to the agent${needs}`, async () => {
    await using agent = await agentPlace(() => ({ ok: false, error: { code: 7, msg: 'empty' } }));
    await failure(path, ADD, annotated(agent.socket, ''));
    expect(agent.requests).toMatchObject([{ attach: '' }]);
  });

  inside(`an error of the agent is handed on word for word${needs}`, async () => {
    const error = { code: 100, msg: 'vrf "x" is unknown', details: 'known: customer-a' };
    await using agent = await agentPlace(() => ({ ok: false, error }));
    expect(await failure(path, ADD, annotated(agent.socket))).toEqual({ cniVersion: '1.0.0', ...error });
    expect(agent.verbs).toEqual(['ADD']);
  });

  inside.each([
    ['an answer that is not JSON', 'HTTP/1.1 400 Bad Request\r\n', 6, '"HTTP/1.1 400 Bad Request'],
    ['an answer of another shape', '{"result":{}}\n', 6, '{\\"result\\":{}}'],
    ['a result of another shape', '{"ok":true,"result":{"interfaces":[]}}\n', 6, '{\\"ok\\":true'],
    ['an error without a code', '{"ok":false,"error":{"msg":"x"}}\n', 6, '{\\"ok\\":false'],
    ['an endless line', 'x'.repeat(3 << 20), 5, 'longer than 1048576 bytes'],
  ])(`%s is one CNI error, with a note of what the agent may hold${needs}`, async (_, answer, code, named) => {
    await using agent = await agentPlace(() => answer);
    expect(await failure(path, ADD, annotated(agent.socket))).toMatchObject({
      code,
      msg: expect.stringContaining(named),
    });
    expect(agent.notes).toMatchObject({ 'pods,c1,eth0.json': { verb: 'DEL', containerId: 'c1' } });
  });

  test('a namespace that does not exist is named', async () => {
    await using agent = await agentPlace(willing);
    const error = await failure(path, { ...ADD, CNI_NETNS: '/run/netns/gone' }, annotated(agent.socket));
    expect(error).toMatchObject({ code: 4, msg: expect.stringContaining('/run/netns/gone') });
    expect(agent.requests).toEqual([]);
  });

  if (entersNamespace) {
    inside(`a pipe in the place of the namespace is named and holds nobody up${needs}`, async () => {
      await using agent = await agentPlace(willing);
      const pipe = join(agent.folder, 'pipe');
      await execa('mkfifo', [pipe]);
      const error = await failure(path, { ...ADD, CNI_NETNS: pipe }, annotated(agent.socket));
      expect(error).toMatchObject({ code: 4, msg: expect.stringContaining(pipe) });
    });
  }

  inside(`in 1.1.0 routes are reported with their tables, after those of the pod's main table${needs}`, async () => {
    await using agent = await agentPlace(willing);
    const { stdout } = await call(path, ADD, { ...annotated(agent.socket), cniVersion: '1.1.0' });
    expect(JSON.parse(stdout).routes).toEqual([...prevResult.routes, ...added.routes]);
  });

  if (entersNamespace) {
    inside(`sysctls are written inside the pod's namespace${needs}`, async () => {
      const script = 'echo ready; read line; cat /proc/sys/net/ipv4/ip_default_ttl';
      const holder = execa('unshare', ['-n', 'sh', '-c', script], { stdin: 'pipe' });
      await new Promise((ready) => holder.stdout.once('data', ready));
      const sysctls = [{ path: 'net/ipv4/ip_default_ttl', value: '7' }];
      await using agent = await agentPlace(() => ({ ok: true, result: { ...added, sysctls } }));
      // In a namespace of its own, so that a plugin that stays outside the pod's changes nothing of the host.
      const { exitCode } = await call(
        ['unshare', '-n', path],
        { ...ADD, CNI_NETNS: `/proc/${holder.pid}/ns/net` },
        annotated(agent.socket),
      );
      holder.stdin.end('\n');
      expect(exitCode).toBe(0);
      expect((await holder).stdout).toBe('ready\n7');
    });
  }

  inside.each([
    ['that the kernel does not have', 'net/ipv4/no_such_file'],
    ['outside the network', 'kernel/core_pattern'],
    ['outside the network by a detour', 'net/../kernel/core_pattern'],
  ])(`a sysctl %s fails the ADD and undoes the attachment${needs}`, async (_, file) => {
    const sysctls = [{ path: file, value: '0' }];
    await using agent = await agentPlace(({ verb }) =>
      verb === 'ADD' ? { ok: true, result: { ...added, sysctls } } : { ok: true },
    );
    expect(await failure(path, ADD, annotated(agent.socket))).toMatchObject({
      code: 101,
      msg: expect.stringContaining(`cannot write "0" to /proc/sys/${file}`),
    });
    expect(agent.requests).toMatchObject([
      { verb: 'ADD', hasSocket: entersNamespace },
      { verb: 'DEL', hasSocket: false },
    ]);
  });
});
