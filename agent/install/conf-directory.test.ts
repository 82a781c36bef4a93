import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { editConfFile } from './conf-directory.ts';
import { primary, TestNode } from './node.testing.ts';

const conflist = '10-cluster.conflist';
let node: TestNode;

beforeEach(() => {
  node = new TestNode();
  node.write(conflist, primary);
});

afterEach(() => node.remove());

test('a file that its owner rewrites while it is edited is read again, and the owner’s text stays', async () => {
  const texts: string[] = [];
  await editConfFile(node.conf(conflist), (text) => {
    if (texts.push(text) === 1) node.write(conflist, primary.replace('ptp', 'bridge'));
    return `${text}\n`;
  });
  expect(texts).toEqual([primary, primary.replace('ptp', 'bridge')]);
  expect(node.read(conflist)).toBe(`${primary.replace('ptp', 'bridge')}\n`);
  expect(node.files().conf).toEqual([conflist]);
});

test('one that is rewritten each time is given up, and left to its owner', async () => {
  let owners = primary;
  const edited = editConfFile(node.conf(conflist), (text) => {
    owners += '\n';
    node.write(conflist, owners);
    return text.trim();
  });
  await expect(edited).rejects.toMatchObject({ code: 11, message: expect.stringContaining(node.conf(conflist)) });
  expect(node.read(conflist)).toBe(owners);
});
