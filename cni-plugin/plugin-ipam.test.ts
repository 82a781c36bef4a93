import { readlink, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { gives, withIpam } from './ipam.testing.ts';
import {
  ADD,
  agentPlace,
  buildPlugins,
  builds,
  CHECK,
  call,
  DEL,
  failure,
  insidePod,
  silentSuccess,
  willing,
} from './plugin.testing.ts';

beforeAll(buildPlugins);

const lease = {
  cniVersion: '1.1.0',
  ips: [
    { address: '192.0.2.7/24', gateway: '192.0.2.1' },
    { address: '2001:db8::7/64', gateway: '2001:db8::1' },
  ],
  routes: [{ dst: '198.51.100.0/24', gw: '192.0.2.254' }, { dst: '0.0.0.0/0' }, { dst: '2001:db8:9::/48' }],
};

const config = (agentSocket: string, more: object = {}) => ({
  cniVersion: '1.1.0',
  name: 'customers',
  type: 'multivrf',
  agentSocket,
  vrf: 'customer-a',
  ipam: { type: 'addresses' },
  ...more,
});

describe.each(builds)('an IPAM plugin under the plugin compiled with $compiler', (build) => {
  const { path, entersNamespace } = build;
  const { inside, needs } = insidePod(build);
  const env = ({ CNI_PATH, CNI_IFNAME }: { CNI_PATH: string; CNI_IFNAME: string }) => ({ CNI_PATH, CNI_IFNAME });

  inside(`its addresses, gateways and routes become those of the attachment${needs}`, async () => {
    await using agent = await agentPlace(willing);
    const ipam = await withIpam(agent, gives(lease));
    expect(await call(path, { ...ADD, ...env(ipam) }, config(agent.socket))).toMatchObject({ exitCode: 0 });
    const [request] = agent.requests;
    expect(request?.verb === 'ADD' && JSON.parse(request.attach)).toEqual([
      {
        vrf: 'customer-a',
        interface: 'net1',
        addresses: ['192.0.2.7/24', '2001:db8::7/64'],
        routes: [
          { to: '198.51.100.0/24', via: '192.0.2.254' },
          { to: '0.0.0.0/0', via: '192.0.2.1' },
          { to: '2001:db8:9::/48', via: '2001:db8::1' },
        ],
      },
    ]);
    expect(await ipam.calls()).toEqual([`ADD ${await readlink('/proc/self/ns/net')} customers`]);
  });

  inside(`addresses that the runtime names come before it${needs}`, async () => {
    await using agent = await agentPlace(willing);
    const ipam = await withIpam(agent, gives(lease));
    const named = config(agent.socket, { runtimeConfig: { ips: ['192.0.2.2/24'] } });
    expect(await call(path, { ...ADD, ...env(ipam) }, named)).toMatchObject({ exitCode: 0 });
    expect(await ipam.verbs()).toEqual([]);
  });

  inside(`gives its addresses back when a later step fails${needs}`, async () => {
    const error = { code: 100, msg: 'no access' };
    await using agent = await agentPlace(() => ({ ok: false, error }));
    const ipam = await withIpam(agent, gives(lease));
    expect(await failure(path, { ...ADD, ...env(ipam) }, config(agent.socket))).toMatchObject(error);
    const home = await readlink('/proc/self/ns/net');
    expect(await ipam.calls()).toEqual([`ADD ${home} customers`, `DEL ${home} customers`]);
  });

  if (entersNamespace) {
    inside(`is run outside the pod's namespace, also for undoing${needs}`, async () => {
      await using agent = await agentPlace(() => ({ ok: false, error: { code: 100, msg: 'no' } }));
      const ipam = await withIpam(agent, gives(lease));
      // The plugin starts in a namespace of its own and enters this process's as the pod's.
      const variables = { ...ADD, ...env(ipam), CNI_NETNS: `/proc/${process.pid}/ns/net` };
      await failure(['unshare', '-n', path], variables, config(agent.socket));
      const [add, del] = (await ipam.calls()).map((line) => line.split(' ')[1]);
      expect(add).not.toBe(await readlink('/proc/self/ns/net'));
      expect(del).toBe(add);
    });
  }

  test.each([
    [
      'hands on its error with its code',
      gives({ code: 11, msg: 'pool full', details: 'x' }),
      'exit 1',
      11,
      'pool full',
    ],
    ['fails without an error', 'echo oops', 'exit 3', 5, 'without a CNI error: exit code 3'],
    ['is killed', 'kill -9 $$', '', 5, 'ended by SIGKILL'],
    ['takes too long', 'exec sleep 30', '', 11, 'killed after '],
    ['goes on after its answer', `${gives(lease)}\nexec >&- sleep 30`, '', 11, 'killed after '],
  ])('that %s stops the ADD before the agent is asked', async (_, answer, end, code, named) => {
    await using agent = await agentPlace(willing);
    const ipam = await withIpam(agent, `${answer}\n${end}`);
    const error = await failure(path, { ...ADD, ...env(ipam) }, config(agent.socket, { timeoutSeconds: 2 }));
    expect(error).toMatchObject({ code, msg: expect.stringContaining(named) });
    expect(error.msg).toContain('IPAM plugin addresses');
    expect(agent.requests).toEqual([]);
    expect(await ipam.verbs()).toEqual(['ADD']);
  });

  test('keeps nothing for a namespace that is not there; if it does, the error asks for a DEL', async () => {
    await using agent = await agentPlace(willing);
    const gone = { ...ADD, CNI_NETNS: '/run/netns/gone' };
    const ipam = await withIpam(agent, gives(lease));
    expect(await failure(path, { ...gone, ...env(ipam) }, config(agent.socket))).toMatchObject({ code: 3 });
    expect(await ipam.verbs()).toEqual(['ADD', 'DEL']);
    await withIpam(agent, `${gives(lease)}\n[ $CNI_COMMAND = ADD ]`);
    expect(await failure(path, { ...gone, ...env(ipam) }, config(agent.socket))).toMatchObject({ code: 4 });
  });

  test.each([
    ['no result', 'echo nonsense'],
    ['no address', gives({ ips: [] })],
  ])('that answers %s is undone', async (_, answer) => {
    await using agent = await agentPlace(willing);
    const ipam = await withIpam(agent, answer);
    expect(await failure(path, { ...ADD, ...env(ipam) }, config(agent.socket))).toMatchObject({ code: 6 });
    expect(await ipam.verbs()).toEqual(['ADD', 'DEL']);
  });

  test('that cannot be executed is named with the reason', async () => {
    await using agent = await agentPlace(willing);
    const ipam = await withIpam(agent, 'exit 0');
    await writeFile(`${agent.folder}/addresses`, '#!/nonexistent\n');
    const error = await failure(path, { ...ADD, ...env(ipam) }, config(agent.socket));
    expect(error).toMatchObject({
      code: 5,
      msg: expect.stringMatching(/addresses.*cannot be started: .*(No such file|ENOENT)/),
    });
  });

  test('that prints more than a pipe holds is read to the end', async () => {
    await using agent = await agentPlace(willing);
    const ipam = await withIpam(agent, 'head -c 300000 /dev/zero');
    const long = config(agent.socket, { other: 'x'.repeat(300_000) });
    expect(await failure(path, { ...ADD, ...env(ipam) }, long)).toMatchObject({ code: 6 });
  });

  test('that is not installed is error 7 with CNI_PATH', async () => {
    await using agent = await agentPlace(willing);
    const error = await failure(path, { ...ADD, CNI_PATH: '/nonexistent:/tmp' }, config(agent.socket));
    expect(error).toMatchObject({ code: 7, msg: 'ipam.type: no executable addresses in CNI_PATH (/nonexistent:/tmp)' });
  });

  test('DEL reaches it after the agent, also when the agent is away', async () => {
    await using agent = await agentPlace();
    const ipam = await withIpam(agent, 'exit 0');
    expect(await call(path, { ...DEL, ...env(ipam) }, config(agent.socket))).toEqual(silentSuccess);
    expect(await ipam.verbs()).toEqual(['DEL']);
    expect(Object.keys(agent.notes)).toEqual(['customers,c1,net1.json']);
  });

  test('its failure on DEL is an error, after our own part is done', async () => {
    await using agent = await agentPlace(willing);
    const ipam = await withIpam(agent, `${gives({ code: 5, msg: 'store is locked' })}\nexit 1`);
    expect(await failure(path, { ...DEL, ...env(ipam) }, config(agent.socket))).toMatchObject({
      code: 5,
      msg: 'IPAM plugin addresses: store is locked',
    });
    expect(agent.verbs).toEqual(['DEL']);
  });

  inside(`CHECK asks it first, and the agent about the addresses it gave${needs}`, async () => {
    await using agent = await agentPlace(willing);
    const ipam = await withIpam(agent, 'exit 0');
    const prevResult = {
      interfaces: [{ name: 'eth0' }, { name: 'net1' }],
      ips: [
        { address: '10.1.0.2/24', interface: 0 },
        { address: '192.0.2.7/24', interface: 1 },
      ],
    };
    expect(await call(path, { ...CHECK, ...env(ipam) }, config(agent.socket, { prevResult }))).toEqual(silentSuccess);
    expect(await ipam.verbs()).toEqual(['CHECK']);
    expect(agent.requests).toMatchObject([
      { verb: 'CHECK', attach: '[{"vrf":"customer-a","interface":"net1","addresses":["192.0.2.7/24"]}]' },
    ]);
  });

  test('STATUS and GC are passed on to it, and the errors of both are told together', async () => {
    await using agent = await agentPlace();
    const ipam = await withIpam(agent, `${gives({ code: 50, msg: 'no store' })}\nexit 1`);
    const status = await failure(path, { ...env(ipam), CNI_COMMAND: 'STATUS' }, config(agent.socket));
    expect(status).toMatchObject({ code: 50, msg: 'IPAM plugin addresses: no store' });
    const list = { 'cni.dev/valid-attachments': [] };
    const gc = await failure(path, { ...env(ipam), CNI_COMMAND: 'GC' }, config(agent.socket, list));
    expect(gc).toMatchObject({ code: 11, msg: expect.stringContaining(agent.socket) });
    expect(gc.details).toContain('IPAM plugin addresses: no store');
    expect(await ipam.verbs()).toEqual(['STATUS', 'GC']);
  });
});
