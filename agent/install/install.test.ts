import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { install } from './install.ts';
import { primary, TestNode } from './node.testing.ts';
import { uninstall } from './uninstall.ts';

let node: TestNode;

beforeEach(() => {
  node = new TestNode();
  node.write('10-cluster.conflist', primary);
});

afterEach(() => node.remove());

function installAll(): Promise<void> {
  return install(node.options, node.log);
}

function uninstallAll(): Promise<void> {
  return uninstall({ ...node.options, keepPlugin: false }, node.log);
}

test('install puts the binary in place, executable, and the entry behind the primary plugin; uninstall leaves what was there', async () => {
  await installAll();
  expect(node.chain('10-cluster.conflist')).toEqual(['ptp', 'multivrf']);
  const binary = join(node.options.binDirectory, 'multivrf');
  expect(statSync(binary).mode & 0o777).toBe(0o755);
  expect(readFileSync(binary)).toEqual(readFileSync(node.options.plugin));
  await uninstallAll();
  expect(node.files()).toEqual({ bin: [], conf: ['10-cluster.conflist'] });
  expect(node.read('10-cluster.conflist')).toBe(primary);
});

test('a repeated install does not write to the conflist, a repeated uninstall finds nothing to do', async () => {
  await installAll();
  const inode = node.inode('10-cluster.conflist');
  await installAll();
  expect(node.inode('10-cluster.conflist')).toBe(inode);
  await uninstallAll();
  await uninstallAll();
  expect(node.logged.at(-1)).toBe('plugin was not there');
});

test('installations at the same time do not disturb each other', async () => {
  await Promise.all([1, 2, 3, 4].map(installAll));
  expect(node.chain('10-cluster.conflist')).toEqual(['ptp', 'multivrf']);
  expect(node.files()).toEqual({ bin: ['multivrf'], conf: ['10-cluster.conflist'] });
});

test('the primary network is the first by name, as for the runtime', async () => {
  node.write('05-first.conflist', primary);
  node.write('99-last.conf', '{"type": "ptp"}');
  node.write('00-note.txt', 'no network');
  mkdirSync(node.conf('00-directory.conflist'));
  await installAll();
  expect(node.chain('05-first.conflist')).toEqual(['ptp', 'multivrf']);
  expect(node.read('10-cluster.conflist')).toBe(primary);
});

test('uninstall finds the entry also in a conflist that is no longer the primary', async () => {
  await installAll();
  node.write('05-new.conflist', primary);
  await installAll();
  await uninstallAll();
  expect([node.read('05-new.conflist'), node.read('10-cluster.conflist')]).toEqual([primary, primary]);
});

test('mode and owner of the conflist stay', async () => {
  chmodSync(node.conf('10-cluster.conflist'), 0o640);
  await installAll();
  expect(statSync(node.conf('10-cluster.conflist')).mode & 0o777).toBe(0o640);
});

test('a conflist that is a link stays one', async () => {
  const target = join(node.root, 'real.conflist');
  writeFileSync(target, primary);
  symlinkSync(target, node.conf('05-link.conflist'));
  await installAll();
  expect(readlinkSync(node.conf('05-link.conflist'))).toBe(target);
  expect(JSON.parse(readFileSync(target, 'utf8')).plugins).toHaveLength(2);
});

test('without a network none is invented', async () => {
  const missing = { ...node.options, confDirectory: join(node.root, 'nothing') };
  await expect(install(missing, node.log)).rejects.toThrow(`no network configuration in ${missing.confDirectory}`);
  expect(existsSync(missing.confDirectory)).toBe(false);
  rmSync(node.conf('10-cluster.conflist'));
  await expect(installAll()).rejects.toThrow(`no network configuration in ${node.options.confDirectory}`);
  expect(node.files().conf).toEqual([]);
});

test.each([
  ['00-half.conflist', '{"name": "cluster", "plu', 'is not JSON'],
  ['00-empty.conflist', '', 'is not JSON: it is empty'],
  ['00-single.conf', '{"type": "ptp"}', 'is the file of a single plugin'],
])('with %s in first place nothing is touched, and the error names it', async (name, text, message) => {
  node.write(name, text);
  await expect(installAll()).rejects.toThrow(`${node.conf(name)}`);
  await expect(installAll()).rejects.toThrow(message);
  expect([node.read(name), node.read('10-cluster.conflist')]).toEqual([text, primary]);
});

test('a link that leads nowhere is named', async () => {
  symlinkSync('/nothing/here.conflist', node.conf('00-link.conflist'));
  await expect(installAll()).rejects.toThrow(`${node.conf('00-link.conflist')} cannot be read`);
});

test('a pipe in first place is named and holds nobody up', async () => {
  execFileSync('mkfifo', [node.conf('00-pipe.conflist')]);
  await expect(installAll()).rejects.toThrow(
    `${node.conf('00-pipe.conflist')} cannot be read: it is not a regular file`,
  );
  await expect(uninstallAll()).rejects.toThrow(`${node.conf('00-pipe.conflist')} cannot be read`);
});

test.each([
  ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
  ['a directory', (path: string) => mkdirSync(path)],
])('%s in the place of the binary is somebody else’s and stays', async (_, make) => {
  const binary = join(node.options.binDirectory, 'multivrf');
  make(binary);
  await expect(installAll()).rejects.toThrow(`${binary} is somebody else’s file`);
  await expect(uninstallAll()).rejects.toThrow(`${binary} is somebody else’s file`);
  expect(statSync(binary).isFile()).toBe(false);
});

test('a binary that is not ours is neither replaced nor removed', async () => {
  const binary = join(node.options.binDirectory, 'multivrf');
  writeFileSync(binary, 'theirs');
  await expect(installAll()).rejects.toThrow(`${binary} is somebody else’s file`);
  await expect(uninstallAll()).rejects.toThrow(`${binary} is somebody else’s file`);
  expect(readFileSync(binary, 'utf8')).toBe('theirs');
});

test('what is not the plugin is not installed', async () => {
  writeFileSync(node.options.plugin, 'something else');
  await expect(installAll()).rejects.toThrow(`${node.options.plugin} is not the multivrf plugin`);
  expect(node.files().bin).toEqual([]);
});

test('uninstall leaves the binary while an entry made by hand needs it, and says where', async () => {
  await installAll();
  const byHand = '{"cniVersion": "1.0.0", "plugins": [{"type": "multivrf", "vrf": "customer-a"}]}';
  node.write('20-customer.conflist', byHand);
  await expect(uninstallAll()).rejects.toThrow(`${node.conf('20-customer.conflist')} names the plugin`);
  expect(node.read('10-cluster.conflist')).toBe(primary);
  expect(node.read('20-customer.conflist')).toBe(byHand);
  expect(node.files().bin).toEqual(['multivrf']);
});
