import { expect, test } from '@jest/globals';
import { parseRequest } from './parse-request.ts';

const good = {
  protocol: 1,
  verb: 'ADD',
  network: 'pods',
  timeout: 20_000,
  containerId: 'c1',
  ifname: 'eth0',
  netns: '/run/netns/c1',
  args: '',
  hasSocket: true,
  attach: 'customer-a',
};

test('a whole request is taken as it is', () => {
  expect(parseRequest(JSON.stringify(good))).toEqual(good);
});

test.each([
  ['half a character', { network: '\ud800' }, 'network'],
  ['a container whose record would have no file name', { containerId: 'x'.repeat(250) }, 'containerId'],
  ['a time no timer takes', { timeout: 1e308 }, 'timeout'],
  ['a key of every object as the verb', { verb: 'constructor' }, 'verb'],
])('%s is refused by the name of its field', (_, change, field) => {
  expect(() => parseRequest(JSON.stringify({ ...good, ...change }))).toThrow(
    expect.objectContaining({
      code: 6,
      message: expect.stringContaining(`the request's ${field} is of the wrong type`),
    }),
  );
});

test.each(['x'.repeat(70_000), { toString: 1 }, [[]]])('a protocol that is no number is shown, cut', (protocol) => {
  expect(() => parseRequest(JSON.stringify({ ...good, protocol }))).toThrow(
    expect.objectContaining({
      code: 6,
      message: expect.stringMatching(/^the plugin speaks protocol .{1,80}, the agent 1$/),
    }),
  );
});
