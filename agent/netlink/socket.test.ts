import { expect, test } from '@jest/globals';
import { getLink } from './codec/link.ts';
import { RouteSocket } from './socket.ts';

test('requests whose answers would not fit into the buffer together are all answered', () => {
  const socket = RouteSocket.open();
  const outcomes = socket.transact(Array.from({ length: 1_000 }, () => getLink({ name: 'lo' })));
  expect(outcomes).toHaveLength(1_000);
  expect(outcomes.filter(({ errno, echo }) => errno !== 0 || echo.length !== 1)).toEqual([]);
  socket.close();
});
