import { expect, test } from '@jest/globals';
import { readEnvironment } from './environment.ts';

const full: Record<string, string> = {
  CNI_CONTAINERID: 'c1',
  CNI_NETNS: '/run/netns/c1',
  CNI_IFNAME: 'eth0',
  CNI_ARGS: 'K8S_POD_NAME=speaker-0',
};

const without = (name: string) => (asked: string) => (asked === name ? undefined : full[asked]);

test('the variables of a call are read as they come', () => {
  expect(readEnvironment('ADD', (name) => full[name])).toEqual({
    containerId: 'c1',
    netns: '/run/netns/c1',
    ifname: 'eth0',
    args: 'K8S_POD_NAME=speaker-0',
  });
});

test.each(['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME'])('an ADD without %s names it', (name) => {
  expect(() => readEnvironment('ADD', without(name))).toThrow(
    expect.objectContaining({ code: 4, message: `${name} is not set` }),
  );
});

test('a required variable that is empty is as good as missing', () => {
  expect(() => readEnvironment('ADD', (name) => (name === 'CNI_IFNAME' ? '' : full[name]))).toThrow(
    'CNI_IFNAME is empty',
  );
});

test('a DEL needs no namespace: it may be gone', () => {
  expect(readEnvironment('DEL', without('CNI_NETNS')).netns).toBe('');
});

test('a call without CNI_ARGS has empty ones', () => {
  expect(readEnvironment('ADD', without('CNI_ARGS')).args).toBe('');
});

test.each(['c1', '0a', 'A.b_c-d', 'f'.repeat(64)])('container id %s is allowed', (id) => {
  expect(readEnvironment('ADD', (name) => (name === 'CNI_CONTAINERID' ? id : full[name])).containerId).toBe(id);
});

test.each(['.c1', '-c1', '_c1', 'c/1', 'c 1', 'c1\n', 'cé', '@c', '[c', '`c', '{c'])(
  'container id %j is refused',
  (id) => {
    expect(() => readEnvironment('DEL', (name) => (name === 'CNI_CONTAINERID' ? id : full[name]))).toThrow(
      expect.objectContaining({ code: 4, message: expect.stringContaining(`CNI_CONTAINERID: ${JSON.stringify(id)}`) }),
    );
  },
);

test.each(['a'.repeat(16), '.', '..', 'net/1', 'net:1', 'net 1', 'net\t1'])(
  'interface name %j is refused',
  (ifname) => {
    expect(() => readEnvironment('DEL', (name) => (name === 'CNI_IFNAME' ? ifname : full[name]))).toThrow(
      expect.objectContaining({ code: 4, message: expect.stringContaining(`CNI_IFNAME: ${JSON.stringify(ifname)}`) }),
    );
  },
);
