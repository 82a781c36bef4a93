import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  ADD,
  added,
  agentPlace,
  annotated,
  buildPlugins,
  builds,
  CHECK,
  call,
  DEL,
  failure,
  insidePod,
  pod,
  prevResult,
  silentSuccess,
  willing,
} from './plugin.testing.ts';

beforeAll(buildPlugins);

const net1 = { CNI_IFNAME: 'net1' };
const alone = (agentSocket: string, more: object = {}) => ({
  cniVersion: '1.1.0',
  name: 'customers',
  type: 'multivrf',
  agentSocket,
  vrf: 'customer-a',
  ...more,
});

describe.each(builds)('without a chain, the plugin compiled with $compiler', (build) => {
  const { path } = build;
  const { inside, needs } = insidePod(build);

  inside(`makes one attachment named CNI_IFNAME, which is the whole result${needs}`, async () => {
    await using agent = await agentPlace(willing);
    const { stdout, exitCode } = await call(path, { ...ADD, ...net1 }, alone(agent.socket));
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      cniVersion: '1.1.0',
      interfaces: [{ name: 'net1', mac: '02:00:00:00:00:01', mtu: 1500, sandbox: pod.CNI_NETNS }],
      ips: [{ address: '192.0.2.2/24', interface: 0 }],
      routes: added.routes,
    });
    expect(agent.requests).toMatchObject([
      { verb: 'ADD', ifname: 'net1', network: 'customers', attach: '[{"vrf":"customer-a","interface":"net1"}]' },
    ]);
  });

  inside.each([
    ['runtimeConfig', { runtimeConfig: { ips: ['192.0.2.2/24', '2001:db8::2/64'], mac: '02:00:00:00:00:0a' } }],
    ['args.cni', { args: { cni: { ips: ['192.0.2.2/24', '2001:db8::2/64'], mac: '02:00:00:00:00:0a' } } }],
    ['CNI_ARGS', { CNI_ARGS: 'IgnoreUnknown=1;IP=192.0.2.2/24,2001:db8::2/64;MAC=02:00:00:00:00:0a' }],
  ])(`takes addresses and MAC from %s${needs}`, async (_, more) => {
    await using agent = await agentPlace(willing);
    const variables = 'CNI_ARGS' in more ? more : {};
    await call(path, { ...ADD, ...net1, ...variables }, alone(agent.socket, more));
    const addresses = ['192.0.2.2/24', '2001:db8::2/64'];
    const attach = [{ vrf: 'customer-a', interface: 'net1', addresses, mac: '02:00:00:00:00:0a' }];
    expect(agent.requests).toMatchObject([{ attach: JSON.stringify(attach) }]);
  });

  inside(
    `addresses and MAC of runtimeConfig come before those of args.cni, and these before CNI_ARGS${needs}`,
    async () => {
      await using agent = await agentPlace(willing);
      const named = (last: number) => ({ ips: [`192.0.2.${last}/24`], mac: `02:00:00:00:00:0${last}` });
      const variables = { ...ADD, ...net1, CNI_ARGS: 'IP=192.0.2.3/24;MAC=02:00:00:00:00:03' };
      const args = { cni: named(2) };
      await call(path, variables, alone(agent.socket, { args, runtimeConfig: named(1) }));
      await call(path, variables, alone(agent.socket, { args }));
      expect(agent.requests).toMatchObject(
        [1, 2].map((last) => ({ attach: expect.stringMatching(`"192.0.2.${last}/24".*"02:00:00:00:00:0${last}"`) })),
      );
    },
  );

  test('a namespace that is not there is error 3: nothing is left that a DEL would have to take away', async () => {
    await using agent = await agentPlace(willing);
    const gone = { ...ADD, ...net1, CNI_NETNS: '/run/netns/gone' };
    const named = expect.stringContaining('/run/netns/gone');
    expect(await failure(path, gone, alone(agent.socket))).toMatchObject({ code: 3, msg: named });
    // With a plugin before us there is.
    expect(await failure(path, gone, alone(agent.socket, { prevResult }))).toMatchObject({ code: 4, msg: named });
    expect(agent.requests).toEqual([]);
  });

  inside(`in a chain it is one attachment all the same, whatever the annotation says${needs}`, async () => {
    await using agent = await agentPlace(willing);
    const { runtimeConfig } = annotated('', 'customer-b,customer-c');
    const { stdout } = await call(path, { ...ADD, ...net1 }, alone(agent.socket, { prevResult, runtimeConfig }));
    expect(agent.requests).toMatchObject([{ attach: '[{"vrf":"customer-a","interface":"net1"}]' }]);
    expect(JSON.parse(stdout).interfaces.map(({ name }: { name: string }) => name)).toEqual(['eth0', 'net1']);
  });

  test.each([
    ['vrf', { vrf: 7 }, 'vrf: 7'],
    ['vrf', { vrf: '' }, 'vrf: ""'],
    ['ips', { runtimeConfig: { ips: '192.0.2.2/24' } }, 'runtimeConfig.ips: "192.0.2.2/24"'],
    ['mac', { args: { cni: { mac: 2 } } }, 'args.cni.mac: 2'],
    ['prevResult', { prevResult: null }, 'prevResult: null'],
    ['IPAM plugin', { ipam: { type: '/bin/sh' } }, 'ipam.type: "/bin/sh"'],
  ])('a wrong %s is error 7: %j', async (_, more, named) => {
    await using agent = await agentPlace(willing);
    expect(await failure(path, ADD, alone(agent.socket, more))).toMatchObject({
      code: 7,
      msg: expect.stringContaining(named),
    });
    expect(agent.requests).toEqual([]);
  });

  inside(`DEL and CHECK ask the agent without any annotation${needs}`, async () => {
    await using agent = await agentPlace(willing);
    expect(await call(path, { ...DEL, ...net1 }, alone(agent.socket))).toEqual(silentSuccess);
    expect(await call(path, { ...CHECK, ...net1 }, alone(agent.socket, { prevResult }))).toEqual(silentSuccess);
    expect(agent.requests).toMatchObject([
      { verb: 'DEL', ifname: 'net1' },
      { verb: 'CHECK', ifname: 'net1', attach: '[{"vrf":"customer-a","interface":"net1"}]' },
    ]);
  });

  test('DEL with a VRF that is none leaves a note like any other', async () => {
    await using agent = await agentPlace();
    expect(await call(path, { ...DEL, ...net1 }, alone(agent.socket, { vrf: 7 }))).toEqual(silentSuccess);
    expect(Object.keys(agent.notes)).toEqual(['customers,c1,net1.json']);
  });
});
