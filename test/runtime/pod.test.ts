/** An unprivileged pod's whole life under containerd and runc, with the agent as a container. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nodeOptions } from '../../scripts/manifests/node-options.ts';
import { linkNames } from '../support/observe.ts';
import { ping } from '../support/ping.ts';
import { Speakers } from '../support/speakers.ts';
import { announced, startBird } from './bird-container.ts';
import { repository } from './containerd.ts';
import { probes } from './daemonset.ts';
import { Pod } from './pod.ts';
import { asn, podAddress, RuntimeScene, routerAddress } from './runtime-scene.ts';

/** linux/capability.h: bit 12. */
const netAdmin = '0000000000001000';
const none = '0'.repeat(16);

let scene: RuntimeScene;
beforeAll(async () => {
  // With this version containerd calls STATUS, too.
  scene = await RuntimeScene.open({ cniVersion: '1.1.0' });
});
afterAll(() => scene?.close());

test('the agent runs in a container with CAP_NET_ADMIN as its only capability, no_new_privs and a seccomp filter', async () => {
  const has = (key: string) => scene.agent.container.status(key);
  expect([await has('CapEff'), await has('CapPrm'), await has('CapBnd')]).toEqual([netAdmin, netAdmin, netAdmin]);
  expect([await has('CapInh'), await has('CapAmb')]).toEqual([none, none]);
  expect([await has('NoNewPrivs'), await has('Seccomp')]).toEqual(['1', '2']);
  const write = scene.agent.container.exec('node', '-e', "fs.writeFileSync('/etc/x', '')");
  await expect(write).rejects.toThrow('EROFS: read-only file system');
});

test('Node is told there what the DaemonSet says', async () => {
  const options = await scene.agent.container.exec('node', '-p', 'process.env.NODE_OPTIONS');
  expect(options.trim()).toBe(nodeOptions);
});

test('the probes of the DaemonSet find it started, ready and alive', async () => {
  for (const command of probes) expect(await scene.agent.container.exec(...command)).toMatch(/^ready: /);
});

test('in its container the agent can do nothing else that it must not', async () => {
  const program = '/test/forbidden.mts';
  const mounts = [
    { hostPath: `${repository}/test/support/forbidden.ts`, containerPath: program, readonly: true },
    // Of koffi the image has no more than the agent loads.
    { hostPath: `${repository}/node_modules`, containerPath: '/test/node_modules', readonly: true },
  ];
  const command = ['node', program, '/proc/self/ns/net', String(process.pid), '/run/multivrf'];
  const results: Record<string, string> = JSON.parse(await scene.agent.instead(command, mounts));
  expect(Object.keys(results)).toEqual(expect.arrayContaining(['setns', 'mount', 'ptrace', 'a raw socket']));
  // There is no /dev/mem, and nobody else's process.
  const { 'opening /dev/mem': mem, ptrace, ...others } = results;
  expect([mem, ptrace]).toEqual(['ENOENT', 'ESRCH']);
  expect(new Set(Object.values(others))).toEqual(new Set(['EPERM']));
});

test('a BGP speaker in an unprivileged container reaches Established with the customer, and its pod leaves nothing', async () => {
  const speakers = await Speakers.open();
  try {
    const fromRouter = ['10.0.0.0/8', '2001:db8:a::/48'];
    const router = await speakers.start('GoBGP', scene.customer.router, 'router', {
      asn: asn.router,
      routerId: routerAddress.v4,
      side: { kind: 'main' },
      peers: [
        { address: podAddress.v4, local: routerAddress.v4, asn: asn.pod, hops: 1, password: 'ordinary' },
        { address: podAddress.v6, local: routerAddress.v6, asn: asn.pod, hops: 1 },
      ],
      announces: fromRouter,
    });
    await scene.leavesNothing(async () => {
      // Which pods may choose so: on the kubelet's list of safe sysctls.
      const sysctls = { 'net.ipv4.ip_unprivileged_port_start': '179' };
      const pod = await Pod.run(scene.runtime, 'speaker-0', { attach: 'customer-a', sysctls });
      const bird = await startBird(scene.runtime, pod, 'customer-a');

      expect((await router.converged()).flatMap(({ received }) => received).sort()).toEqual(announced);
      const sessions = await bird.exec('/usr/sbin/birdc', '-s', '/run/bird/bird.ctl', 'show', 'protocols');
      expect(sessions.match(/Established/g)).toHaveLength(2);
      const routes = await bird.exec('/usr/sbin/birdc', '-s', '/run/bird/bird.ctl', 'show', 'route');
      for (const prefix of fromRouter) expect(routes).toContain(prefix);

      const caps = ['CapEff', 'CapPrm', 'CapInh', 'CapBnd', 'CapAmb'].map((key) => bird.status(key));
      expect(await Promise.all(caps)).toEqual(Array(5).fill(none));
      expect([await bird.status('Uid'), await bird.status('NoNewPrivs'), await bird.status('Seccomp')]).toEqual([
        '1000\t1000\t1000\t1000',
        '1',
        '2',
      ]);
      await expect(bird.exec('/busybox', 'touch', '/etc/x')).rejects.toThrow('Read-only file system');
      await pod.remove();
    });
    await router.stop();
  } finally {
    await speakers.close();
  }
});

test('while the agent is away pods without the annotation come and go, and the node stays ready', async () => {
  await scene.leavesNothing(() =>
    scene.withoutAgent(async () => {
      const pod = await scene.run('ordinary');
      expect(await linkNames(await pod.netns())).toEqual(['lo', 'eth0']);
      await pod.remove();
      expect(await scene.runtime.networkReady()).toMatchObject({ status: true });
    }),
  );
});

test('with strictStatus the node is not ready without the agent, and the reason names its socket', async () => {
  scene.runtime.writeConflist({ cniVersion: '1.1.0', conf: { strictStatus: true } });
  await scene.withoutAgent(async () => {
    // The runtime takes up the new conflist by itself.
    const end = Date.now() + 10_000;
    let network = await scene.runtime.networkReady();
    for (; network.status && Date.now() < end; network = await scene.runtime.networkReady()) await sleep(100);
    expect(network).toMatchObject({ status: false, message: expect.stringContaining('/run/multivrf/agent.sock') });
  });
  expect(await scene.runtime.networkReady()).toMatchObject({ status: true });
  // The cluster's plugin writes its chain anew, and the agent puts our entry back.
  scene.runtime.writeConflist({ cniVersion: '1.1.0' });
  await scene.runtime.chained();
});

test('what is wrong with an annotation stands verbatim in the error of RunPodSandbox, and nothing is left', async () => {
  await scene.leavesNothing(async () => {
    const refused = scene.run('mistaken', 'customer-x');
    await expect(refused).rejects.toThrow('VRF customer-x does not exist; known are customer-a');
  });
});

test('while the agent is replaced, as by an upgrade, who is attached stays reachable and a pod that comes waits for it', async () => {
  await scene.leavesNothing(async () => {
    const speaker = await scene.run('speaker-0', 'customer-a');
    let coming: Promise<Pod> | undefined;
    let isThere = false;
    await scene.withoutAgent(async () => {
      coming = scene.run('coming', 'customer-a').finally(() => {
        isThere = true;
      });
      coming.catch(() => {});
      await sleep(3_000);
      expect([isThere, await ping(scene.customer.router, podAddress.v4)]).toEqual([false, true]);
    });
    const pod = await coming!;
    expect(await linkNames(await pod.netns())).toContain('net1');
    await pod.remove();
    await speaker.remove();
  });
});

test('a pod that stops while the agent is away leaves a note, and is taken down when the agent returns', async () => {
  await scene.leavesNothing(async () => {
    const pod = await scene.run('speaker-0', 'customer-a');
    expect(await ping(scene.customer.router, podAddress.v4)).toBe(true);
    await scene.withoutAgent(async () => {
      await pod.remove();
      expect([scene.attachments(), scene.notes()]).toEqual([1, 1]);
    });
    expect([scene.attachments(), scene.notes()]).toEqual([0, 0]);
  });
});

test('an attachment whose namespace vanished without a DEL is collected by the agent', async () => {
  await scene.leavesNothing(async () => {
    const pod = await scene.run('speaker-0', 'customer-a');
    await pod.vanish();
    const log = () => scene.agent.container.log();
    const told = 'network namespace is gone: attachment collected';
    const end = Date.now() + 60_000;
    // The agent says so first, but its words take a way through the runtime.
    while ((scene.attachments() > 0 || !log().includes(told)) && Date.now() < end) await sleep(100);
    expect(scene.attachments()).toBe(0);
    expect(log()).toContain(told);
    await pod.remove();
  });
});

test('at a removal the agent’s container tells the one beside it, which takes entry and plugin away', async () => {
  const { keeper, container } = scene.agent;
  expect(await keeper.status('CapEff')).toBe(none);
  // The agent's own words: without an API server it is never told of a removal.
  await container.exec('node', '-e', `fs.writeFileSync('/run/multivrf-removal/note', '{"keepPlugin":false}')`);
  await scene.agent.stop();
  const { run } = scene.runtime.machine;
  const conflist = () => readFileSync(join(run, 'cni/net.d/10-cluster.conflist'), 'utf8');
  expect(conflist()).toContain('multivrf');
  await keeper.stop();
  expect(conflist()).not.toContain('multivrf');
  expect(readdirSync(join(run, 'cni/bin'))).toEqual(['bridge', 'host-local', 'loopback']);
});
