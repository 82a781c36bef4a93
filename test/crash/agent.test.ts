/** kill -9 of the agent at every step of ADD and DEL, alone and together with the plugin. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { resultOf } from '../support/chain.ts';
import { type Combination, describeCombinations } from '../support/combinations.ts';
import type { Call } from './call.ts';
import { describeCrash, isSlow } from './conditions.ts';
import { CrashScene } from './crash-scene.ts';
import { Attached, type Boundary, boundariesIn, hasStruck, hasStruckRight } from './strike.ts';

/** In milliseconds: what is not reached by then never is. */
const patience = 5_000;

/** Between them they make everything that a VRF can consist of. */
function isChosen({ mode, backend, pod }: Combination): boolean {
  const all = [
    ['bridge', 'device', 'rules'],
    ['routed', 'namespace', 'rules'],
    ['routed', 'device', 'device'],
  ];
  return all.slice(isSlow ? -1 : 0).some((one) => one.join() === [mode, backend, pod].join());
}

function killEverywhere(combination: Combination): void {
  let crash: CrashScene;
  beforeEach(async () => {
    crash = await CrashScene.open(combination);
  });
  afterEach(() => crash?.close());

  /**
   * Has the agent watched during a call; if there is a boundary, and it comes to it, the agent is killed there and
   * started again, and with `both` the plugin is killed meanwhile.
   */
  async function watch(start: () => Call, boundary: Boundary | undefined, both: boolean): Promise<void> {
    const { agent } = crash.scene;
    // What an agent does but once belongs to each of the runs that are compared.
    await agent.restart();
    const strace = await Attached.to(agent.pid, crash.log, boundary);
    const call = start();
    await (boundary ? Promise.race([strace.ended, sleep(patience, undefined, { ref: false })]) : call.answer);
    await strace.detach();
    if (boundary && hasStruck(crash.log)) {
      if (both) call.kill();
      // It is dead: this waits until that has been noticed.
      await agent.kill();
      await agent.start();
    }
    const answer = await call.answer;
    if (answer) resultOf(answer);
  }

  /** Lives a pod's life once to see where the agent can be killed, then once for each of these boundaries. */
  async function everywhere(
    life: (watched: (start: () => Call) => Promise<void>, where?: Boundary) => Promise<void>,
    both = false,
  ) {
    const record = async () => {
      await life((start) => watch(start, undefined, both));
      return boundariesIn(crash.log);
    };
    const strike = async (boundary: Boundary) => {
      await life((start) => watch(start, boundary, both), boundary);
      await crash.expectUndisturbed(boundary);
      return hasStruckRight(crash.log, boundary);
    };
    let boundaries = await record();
    expect(boundaries.length).toBeGreaterThan(3);
    for (let i = 0; i < boundaries.length; i++) {
      let attempts = 0;
      // Threads that wake each other shift the count of a call: it is counted anew.
      while (boundaries[i] && !(await strike(boundaries[i]!))) {
        if (++attempts === 5) throw new Error(`never struck: ${JSON.stringify(boundaries[i])}`);
        boundaries = await record();
      }
    }
  }

  test('a VRF half made by the first ADD, the plugin being killed as well, is completed by the next one', () =>
    everywhere(async (watched, where) => {
      await crash.define();
      const pod = await crash.pod();
      await watched(() => crash.call('ADD', pod, 'customer-b'));
      await crash.end(pod, 'customer-b');
      await crash.nextPod('customer-b');
      await crash.expectWholeVrf(where);
      await crash.undefine();
    }, true));

  test('a VRF half taken back by the last DEL is taken back', () =>
    everywhere(async (watched) => {
      await crash.define();
      const pod = await crash.pod();
      await crash.succeed('ADD', pod, 'customer-b');
      await crash.undefine();
      await watched(() => crash.call('DEL', pod, 'customer-b'));
      await crash.end(pod, 'customer-b');
    }));

  // Nothing in these is about VRF devices.
  if (isSlow) return;

  test('an ADD succeeds as soon as the killed agent is back', () =>
    everywhere(async (watched) => {
      const pod = await crash.pod();
      await watched(() => crash.call('ADD', pod, 'customer-a'));
      await crash.end(pod, 'customer-a');
    }));

  test('a DEL succeeds all the same, and what it left is done by the agent that comes back', () =>
    everywhere(async (watched) => {
      const pod = await crash.pod();
      await crash.succeed('ADD', pod, 'customer-a');
      await watched(() => crash.call('DEL', pod, 'customer-a'));
      await crash.nextPod('customer-a');
    }));

  test('a VRF half made by the first ADD goes with its definition', () =>
    everywhere(async (watched) => {
      await crash.define();
      const pod = await crash.pod();
      await watched(() => crash.call('ADD', pod, 'customer-b'));
      await crash.end(pod, 'customer-b');
      await crash.undefine();
    }, true));
}

describeCrash('kill -9 of the agent at every step', () => describeCombinations(killEverywhere, isChosen), {
  alsoSlow: true,
});
