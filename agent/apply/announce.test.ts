import { expect, test } from '@jest/globals';
import { RouteSocket } from '../netlink/socket.ts';
import { setOption } from '../netlink/sys/libc.ts';
import { Announcements } from './announce.ts';
import { PlaceHandle } from './place.ts';

const SOL_SOCKET = 1;
const SO_RCVBUF = 8;

test('an announcement that the kernel has no room to answer is told of, and ends nothing else', async () => {
  const socket = RouteSocket.open();
  // Less than one answer: what comes behind it is lost, and reading says ENOBUFS.
  setOption(socket.fd, SOL_SOCKET, SO_RCVBUF, 1);
  const { promise, resolve, reject } = Promise.withResolvers<unknown[]>();
  const announcements = new Announcements((...told) => resolve(told));
  announcements.schedule('one', new PlaceHandle('pod', socket, 'never'), [{ name: 'lo', mac: '00:00:00:00:00:00' }]);
  // The announcement's own timer keeps no process alive.
  const timeout = setTimeout(() => reject(new Error('nothing was told')), 5_000);
  const failure = expect.objectContaining({ message: expect.stringContaining('ENOBUFS') });
  expect(await promise).toEqual(['one', ['lo'], failure]);
  clearTimeout(timeout);
});
