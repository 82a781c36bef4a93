/** The agent holds nothing that a customer's session needs. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { add, del, isError, makePod, type Pod, resultOf } from '../support/chain.ts';
import { describeCombinations } from '../support/combinations.ts';
import { ping } from '../support/ping.ts';
import { type Connection, connect, listen } from '../support/tcp.ts';
import { pool, VrfScene } from '../support/vrf-scene.ts';

describeCombinations((combination) => {
  let scene: VrfScene;
  let pod: Pod;
  beforeAll(async () => {
    scene = await VrfScene.open(combination);
    pod = await scene.attach();
  });
  afterAll(() => scene?.close());

  /** A session from the customer's router to the speaker's port in the pod. */
  function session(): [Connection, Connection] {
    const listener = listen(pod.netns, 179, 'net1');
    const router = connect(scene.customer.router, pool.pod4, 179);
    const speaker = listener.accept();
    listener.close();
    return [router, speaker];
  }

  function exchange([one, other]: [Connection, Connection], word: string): void {
    one.send(`${word}?`);
    expect(other.receive()).toBe(`${word}?`);
    other.send(`${word}!`);
    expect(one.receive()).toBe(`${word}!`);
  }

  test('a TCP session survives the kill of the agent, its absence and its return', async () => {
    const ends = session();
    exchange(ends, 'before');
    await scene.agent.kill();
    exchange(ends, 'without agent');
    await scene.agent.start();
    exchange(ends, 'after');
    await scene.agent.restart();
    exchange(ends, 'after a restart');
    for (const end of ends) end.close();
  });

  test('the addresses of attached pods stay theirs', async () => {
    const rival = await makePod(scene.lab, scene.node, 'rival');
    const answer = await add(scene.lab, rival, `customer-a=${pool.pod4}/24`);
    expect(answer).toMatchObject({ code: 100, msg: expect.stringContaining(pool.pod4) });
  });

  test('DEL after the restart takes everything back, and the address is free', async () => {
    resultOf(await del(scene.lab, pod, 'customer-a'));
    expect(await ping(scene.customer.router, pool.pod4, { tries: 1 })).toBe(false);
    await scene.attach();
    expect(await ping(scene.customer.router, pool.pod4)).toBe(true);
  });

  test('without the agent an annotated pod gets an error, an ordinary one its network', async () => {
    await scene.agent.stop();
    const ordinary = await makePod(scene.lab, scene.node, 'ordinary');
    expect(isError(await add(scene.lab, ordinary, undefined))).toBe(false);
    const annotated = await makePod(scene.lab, scene.node, 'annotated');
    const soon = { conf: { timeoutSeconds: 0.5 } };
    expect(await add(scene.lab, annotated, 'customer-a', soon)).toMatchObject({
      code: expect.any(Number),
      msg: expect.stringContaining('agent'),
    });
  });
});
