import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Deadline } from './deadline.ts';

test('a deadline that has not passed lets everything be done', () => {
  const deadline = new Deadline(60_000);
  expect(
    deadline.timed(
      () => 'adding',
      () => 3,
    ),
  ).toBe(3);
  deadline.check();
  expect(deadline.left).toBeGreaterThan(50_000);
});

test('a deadline that has passed names the slowest step, also one that failed', async () => {
  const deadline = new Deadline(20);
  deadline.timed(
    () => 'the quick one',
    () => {},
  );
  const slow = () => {
    for (const end = performance.now() + 25; performance.now() < end; );
    throw new Error('refused');
  };
  expect(() => deadline.timed(() => 'the slow one', slow)).toThrow('refused');
  expect(deadline.left).toBe(0);
  expect(() => deadline.check()).toThrow(/^not done within 20 ms: the slowest step, the slow one, took \d/);
});

test('work that is waited for is given up when the time is over, and named', async () => {
  const deadline = new Deadline(20);
  await expect(deadline.within('the kernel is still at it', new Promise(() => {}))).rejects.toMatchObject({
    code: 11,
    message: 'not done within 20 ms: the kernel is still at it',
  });
  // A timer may fire a fraction of a millisecond early.
  await sleep(5);
  expect(() => deadline.check()).toThrow('the slowest step, the kernel is still at it, took');
});

test('work that is done in time is a step like others', async () => {
  const deadline = new Deadline(60_000);
  expect(await deadline.within('waiting', Promise.resolve(3))).toBe(3);
  await expect(deadline.within('waiting', Promise.reject(new Error('refused')))).rejects.toThrow('refused');
});

test('a request whose time was up before its first step was done has waited for its turn', async () => {
  const deadline = new Deadline(1);
  await sleep(5);
  expect(() => deadline.check()).toThrow('not done within 1.0 ms: waiting for its turn');
});
