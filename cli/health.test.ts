import { expect, test } from '@jest/globals';
import { healthOf } from './health.ts';

const refusal = (code: number, msg: string, details?: string) =>
  ({ ok: false, error: { code, msg, ...(details === undefined ? {} : { details }) } }) as const;

test('an agent that has nothing to say is ready', () => {
  expect(healthOf({ ok: true })).toEqual({ attaches: true, text: 'ready: pods can be attached' });
});

test('an agent that cannot serve an ADD says why, and what to do', () => {
  expect(healthOf(refusal(50, 'state directory /x cannot be written: EROFS', 'make it writable'))).toEqual({
    attaches: false,
    text: 'not ready: state directory /x cannot be written: EROFS; make it writable',
  });
});

test('a degraded attachment is told of and keeps nobody else away', () => {
  expect(healthOf(refusal(51, 'interface net1 of pod bgp/a has lost its host end'))).toEqual({
    attaches: true,
    text: 'ready: pods can be attached, but interface net1 of pod bgp/a has lost its host end',
  });
});

test('a request that the agent does not take is no readiness', () => {
  expect(healthOf(refusal(100, 'uid 1000 (process 7) may not speak to the agent')).attaches).toBe(false);
});
