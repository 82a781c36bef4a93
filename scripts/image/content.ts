/** The files of the image: Node with its libraries, and multivrf. There is no shell in it and no package manager. */
import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { programs, repository } from './config.ts';
import { copyLibraries } from './libraries.ts';

const modules = join(repository, 'node_modules');
const native = `@koromix/koffi-linux-${process.arch}`;
const nativeLibrary = join(native, `linux_${process.arch}`, 'koffi.node');

/** Of koffi what agent and multivrfctl load (`scripts/lean-node.ts`), and its licence. */
const koffi = ['koffi/LICENSE.txt', `${native}/package.json`, nativeLibrary];

/** Makes, in `root`, what seldom changes: the lower layer. */
export async function makeSystem(root: string): Promise<void> {
  await mkdir(join(root, 'etc'), { recursive: true });
  const node = join(modules, 'node/bin/node');
  await install(node, join(root, 'usr/local/bin/node'));
  await copyLibraries([node, join(modules, nativeLibrary)], root);
  // The loader's path is /lib64/ or /lib/, by architecture.
  for (const name of ['lib', 'lib64']) {
    await mkdir(join(root, 'usr', name), { recursive: true });
    await symlink(`usr/${name}`, join(root, name));
  }
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0::/:\nnobody:x:65534:65534::/:\n');
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
}

/** Makes, in `root`, what changes with each version: the upper layer. */
export async function makeOurs(root: string): Promise<void> {
  const ours = join(root, programs);
  for (const name of ['multivrf', 'multivrf-agent.mjs', 'multivrfctl.mjs']) {
    await install(join(repository, 'build', name), join(ours, name));
  }
  for (const name of koffi) await install(join(modules, name), join(ours, 'node_modules', name));
  // The first line of multivrfctl.mjs wants env, which is not there.
  const command = join(root, 'usr/local/bin/multivrfctl');
  await mkdir(dirname(command), { recursive: true });
  await writeFile(command, `#!/usr/local/bin/node\nimport '${programs}/multivrfctl.mjs';\n`);
  await chmod(command, 0o755);
}

async function install(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
