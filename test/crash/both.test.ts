/** kill -9 of plugin and agent in the same ADD, at steps that have nothing to do with each other; nobody left to say DEL. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execa } from 'execa';
import * as fc from 'fast-check';
import { possible } from '../support/combinations.ts';
import { describeCrash } from './conditions.ts';
import { CrashScene } from './crash-scene.ts';
import { Attached, type Boundary, boundariesIn, hasStruck, straceCommand } from './strike.ts';

const vrf = 'customer-b';
const seed = Number(process.env.MULTIVRF_SEED ?? Date.now() % 1_000_000);
/** In milliseconds; the agent promises 10 s. */
const collectorDeadline = 10_000;

describeCrash('kill -9 of plugin and agent in one ADD', () => {
  let crash: CrashScene;
  beforeAll(async () => {
    crash = await CrashScene.open(possible.at(-1)!);
  });
  afterAll(() => crash?.close());

  const logOf = (who: string) => `${crash.log}.${who}`;

  /** The steps of both in an ADD that makes the VRF. */
  async function stepsOfBoth(): Promise<{ plugin: Boundary[]; agent: Boundary[] }> {
    await crash.define();
    await crash.scene.agent.restart();
    const pod = await crash.pod();
    const strace = await Attached.to(crash.scene.agent.pid, logOf('agent'));
    await crash.call('ADD', pod, vrf, straceCommand(logOf('plugin'))).answer;
    await strace.detach();
    await crash.end(pod, vrf);
    await crash.undefine();
    return { plugin: boundariesIn(logOf('plugin'), /^connect\(/), agent: boundariesIn(logOf('agent')) };
  }

  /** An ADD that neither survives. An agent that the plugin has died too early for is killed at rest. */
  async function killBoth(step: { plugin: Boundary; agent: Boundary }): Promise<() => Promise<void>> {
    const { agent } = crash.scene;
    await crash.define();
    await agent.restart();
    const pod = await crash.pod();
    const strace = await Attached.to(agent.pid, logOf('agent'), step.agent);
    const { answer } = crash.call('ADD', pod, vrf, straceCommand(logOf('plugin'), step.plugin));
    await Promise.race([strace.ended, answer.then(() => sleep(50))]);
    await strace.detach();
    await agent.kill();
    await agent.start();
    // A plugin that outlives the agent begins anew with the next one, and comes to its step there.
    await answer;
    expect(hasStruck(logOf('plugin'))).toBe(true);
    return () => crash.end(pod, vrf);
  }

  test(`wherever the two die, DEL and the next ADD find nothing in their way (MULTIVRF_SEED=${seed})`, async () => {
    const steps = await stepsOfBoth();
    const agents = fc.sample(fc.constantFrom(...steps.agent), { seed, numRuns: steps.plugin.length });
    for (const [i, plugin] of steps.plugin.entries()) {
      const step = { plugin, agent: agents[i]! };
      const end = await killBoth(step);
      await end();
      await crash.nextPod(vrf);
      await crash.undefine();
      await crash.expectUndisturbed({ seed, step });
    }
  });

  test('when the runtime dies as well, the agent collects what its pod leaves', async () => {
    const { agent } = crash.scene;
    await crash.define();
    const pod = await crash.pod();
    await crash.succeed('ADD', pod, vrf);
    await agent.kill();
    await agent.start();
    await crash.undefine();
    await execa('ip', ['netns', 'del', pod.netns.realName]);
    const records = join(agent.stateDirectory, 'attachments');
    const end = Date.now() + collectorDeadline;
    while (readdirSync(records).length > 1 && Date.now() < end) await sleep(100);
    await crash.expectUndisturbed('nobody said DEL');
  });
});
