/** kill -9 of the plugin at every step of ADD and DEL, while the agent lives, is away, or is killed as well. */
import { readdirSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Pod, resultOf } from '../support/chain.ts';
import { possible } from '../support/combinations.ts';
import { Call } from './call.ts';
import { describeCrash } from './conditions.ts';
import { CrashScene } from './crash-scene.ts';
import { type Boundary, boundariesIn, hasStruckRight, straceCommand } from './strike.ts';

const vrf = 'customer-a';
/** The plugin's first step that concerns others: it speaks to the agent, or makes the spool. */
const firstStep = /^connect\(|^mkdirat\(/;

describeCrash('kill -9 of the plugin at every step', () => {
  let crash: CrashScene;
  beforeAll(async () => {
    // What the plugin does is the same in all of them.
    crash = await CrashScene.open(possible[0]!);
  });
  afterAll(() => crash?.close());

  /** The steps of a call that is survived. */
  async function stepsOf(verb: 'ADD' | 'DEL', pod: Pod): Promise<Boundary[]> {
    expect(await crash.call(verb, pod, vrf, straceCommand(crash.log)).answer).not.toHaveProperty('code');
    const steps = boundariesIn(crash.log, firstStep);
    expect(steps.length).toBeGreaterThan(2);
    return steps;
  }

  /** A call that is killed before `step`. */
  async function killed(verb: 'ADD' | 'DEL', pod: Pod, step: Boundary): Promise<void> {
    const answer = await crash.call(verb, pod, vrf, straceCommand(crash.log, step)).answer;
    if (!hasStruckRight(crash.log, step))
      throw new Error(`${JSON.stringify(step)} not reached: ${JSON.stringify(answer)}`);
  }

  async function attachedPod(): Promise<Pod> {
    const pod = await crash.pod();
    await crash.succeed('ADD', pod, vrf);
    return pod;
  }

  /** The agent's descriptors, when it has announced the last pod's addresses. */
  async function descriptors(): Promise<number> {
    await sleep(500);
    return readdirSync(`/proc/${crash.scene.agent.pid}/fd`).length;
  }

  test('an ADD leaves nothing behind the DEL that follows, no descriptor in the agent either', async () => {
    const first = await crash.pod();
    const steps = await stepsOf('ADD', first);
    await crash.end(first, vrf);
    const before = await descriptors();
    for (const step of steps) {
      const pod = await crash.pod();
      await killed('ADD', pod, step);
      await crash.end(pod, vrf);
      await crash.nextPod(vrf);
      await crash.expectUndisturbed(step);
    }
    expect(await descriptors()).toBe(before);
  });

  test('addresses that an ADD has from another IPAM plugin are given back by the DEL that follows', async () => {
    const dataDir = join(crash.scene.lab.directory, 'leases');
    const range = { subnet: '192.0.2.0/24', rangeStart: '192.0.2.60', rangeEnd: '192.0.2.60' };
    const delegate = { ipam: { type: 'host-local', dataDir, ranges: [[range]] } };
    const leases = () => readdirSync(join(dataDir, 'cluster')).filter((name) => name.startsWith('192.'));
    const call = (verb: 'ADD' | 'DEL', pod: Pod, before: string[] = []) =>
      new Call({ verb, pod, vrf, delegate, before, agentSocket: crash.scene.agent.socket }).answer;
    const first = await crash.pod();
    resultOf((await call('ADD', first, straceCommand(crash.log)))!);
    // The range holds one address.
    resultOf((await call('DEL', first))!);
    const steps = boundariesIn(crash.log, firstStep);
    expect(steps.length).toBeGreaterThan(2);
    for (const step of steps) {
      const pod = await crash.pod();
      await call('ADD', pod, straceCommand(crash.log, step));
      expect([hasStruckRight(crash.log, step), leases()]).toEqual([true, [range.rangeStart]]);
      resultOf((await call('DEL', pod))!);
      expect(leases()).toEqual([]);
      await crash.expectUndisturbed(step);
    }
  });

  test('a DEL is done by the next DEL', async () => {
    const first = await attachedPod();
    const steps = await stepsOf('DEL', first);
    await crash.end(first, vrf);
    for (const step of steps) {
      const pod = await attachedPod();
      await killed('DEL', pod, step);
      await crash.end(pod, vrf);
      await crash.expectUndisturbed(step);
    }
  });

  test('a DEL without the agent leaves one note or none, and the next DEL one that the agent works off', async () => {
    const { agent } = crash.scene;
    const first = await attachedPod();
    await agent.kill();
    const steps = await stepsOf('DEL', first);
    await agent.start();
    await crash.end(first, vrf);
    for (const step of steps) {
      const pod = await attachedPod();
      await agent.kill();
      await killed('DEL', pod, step);
      await crash.end(pod, vrf);
      const spool = join(dirname(agent.socket), 'spool');
      // The agent clears away what was half written when no plugin can be at it any more.
      for (const name of readdirSync(spool)) utimesSync(join(spool, name), 0, 0);
      await agent.start();
      await crash.expectUndisturbed(step);
    }
  });
});
