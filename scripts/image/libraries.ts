/** Shared libraries of this machine, for programs that are to run without the rest of it. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';

/**
 * Copies into `root`, below usr/, the libraries that `programs` load, and the loader itself. For those who look for known
 * vulnerabilities, and for the licences: what packages they are of, as Debian's distroless images say it.
 */
export async function copyLibraries(programs: readonly string[], root: string): Promise<void> {
  const libraries = [...new Set((await Promise.all(programs.map(librariesOf))).flat())];
  for (const library of libraries) await put(library, join(root, library.startsWith('/usr/') ? '' : 'usr', library));
  const packages = [...new Set(await Promise.all(libraries.map(packageOf)))].sort();
  for (const name of packages) await describe(name, root);
  await put('/etc/os-release', join(root, 'etc/os-release'));
}

/** Paths, as the loader finds them. */
async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await execa('ldd', [program]);
  const missing = stdout.match(/^.*not found.*$/m);
  if (missing) throw new Error(`${program} needs a library that this machine lacks: ${missing[0].trim()}`);
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path!);
}

/** /lib may be a link to /usr/lib, and a package knows its files by either. */
async function packageOf(library: string): Promise<string> {
  const { stdout } = await execa('dpkg-query', ['--search', `*/${basename(dirname(library))}/${basename(library)}`]);
  return stdout.slice(0, stdout.indexOf(': '));
}

async function describe(name: string, root: string): Promise<void> {
  const { stdout } = await execa('dpkg-query', ['--status', name]);
  const plain = name.replace(/:.*/, '');
  await mkdir(join(root, 'var/lib/dpkg/status.d'), { recursive: true });
  await writeFile(join(root, 'var/lib/dpkg/status.d', plain), `${stdout}\n`);
  // Machines made small have thrown it away.
  const copyright = await readFile(`/usr/share/doc/${plain}/copyright`).catch(() => undefined);
  if (!copyright) return;
  await mkdir(join(root, 'usr/share/doc', plain), { recursive: true });
  await writeFile(join(root, 'usr/share/doc', plain, 'copyright'), copyright);
}

/** Of a link, what it leads to. */
async function put(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
