/**
 * Compiles the CNI plugin into one executable: `node scripts/build-plugin.ts quickjs|pkg [OUTDIR]`.
 * quickjs makes OUTDIR/multivrf, pkg makes OUTDIR/multivrf-pkg; both are checked by running them.
 */
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { execa } from 'execa';

/** `sea()` of @yao-pkg/pkg: copies `nodePath` to each target's `output` and injects the script `entry`. */
type Sea = (
  entry: string,
  options: {
    targets: { nodeRange: string; platform: string; arch: string; output: string }[];
    nodePath: string;
    seaConfig: { useCodeCache: boolean };
  },
) => Promise<void>;

const root = resolve(import.meta.dirname, '..');
const tools = join(root, 'node_modules/.bin');

const hardening = ['-O2', '-fstack-protector-strong', '-D_FORTIFY_SOURCE=2', '-static-pie', '-Wl,-z,relro,-z,now'];

/** By QuickJS: starts in 1.4 ms, and needs nothing of the machine that it runs on (docs/decisions/plugin-on-quickjs.md). */
async function buildWithQuickjs(outfile: string, scratch: string): Promise<void> {
  const { stdout: sysroot } = await execa(join(root, 'scripts/quickjs.sh'), { stderr: 'inherit' });
  const { stdout: triplet } = await execa('gcc', ['-print-multiarch']);
  const libraries = join(sysroot, 'usr/lib', triplet);
  const bundle = join(scratch, 'multivrf.js');
  const bytecode = join(scratch, 'bytecode.c');
  await bundleTo(bundle, 'entry.quickjs.ts', { format: 'iife', target: 'es2023' });
  const loader = readdirSync(libraries).find((name) => name.startsWith('ld-linux-'))!;
  const compiler = ['--library-path', libraries, join(sysroot, 'usr/bin/qjsc')];
  const stripped = ['-s', '-s'];
  await execa(join(libraries, loader), [...compiler, '-c', ...stripped, '-N', 'bytecode', '-o', bytecode, bundle]);
  const main = join(root, 'cni-plugin/main.quickjs.c');
  const link = [`-L=/usr/lib/${triplet}/quickjs`, '-lquickjs', '-lm', '-s'];
  await execa('gcc', [`--sysroot=${sysroot}`, ...hardening, '-Wall', '-o', outfile, main, bytecode, ...link]);
}

async function bundleTo(outfile: string, entry: string, options: BuildOptions): Promise<void> {
  const { build } = await import('esbuild');
  await build({ entryPoints: [join(root, 'cni-plugin', entry)], outfile, bundle: true, minify: true, ...options });
}

/** By @yao-pkg/pkg, as a single executable application of the Node that runs this script. */
async function buildWithPkg(outfile: string, scratch: string): Promise<void> {
  const bundle = join(scratch, 'multivrf.cjs');
  await bundleTo(bundle, 'entry.node.ts', { platform: 'node', format: 'cjs', target: 'node24' });
  // pkg runs `node` and `npx postject` by name from a folder below TMPDIR. With that folder inside the
  // checkout npx finds our postject; offline, it fails instead of fetching another.
  process.env.PATH = [dirname(process.execPath), tools, process.env.PATH].join(delimiter);
  process.env.TMPDIR = scratch;
  process.env.npm_config_offline = 'true';
  // @ts-expect-error: pkg ships no types for this module.
  const { default: module }: { default: { default: Sea } } = await import('@yao-pkg/pkg/lib-es5/sea.js');
  const target = { nodeRange: 'node24', platform: 'linux', arch: process.arch, output: outfile };
  await module.default(bundle, { targets: [target], nodePath: process.execPath, seaConfig: { useCodeCache: true } });
}

/** pkg reports success when the injection failed and leaves a plain Node behind: only an answer proves our code. */
async function assertAnswers(executable: string): Promise<void> {
  const { stdout } = await execa(executable, {
    env: { CNI_COMMAND: 'VERSION' },
    input: '',
    reject: false,
    timeout: 10_000,
  });
  if (stdout.includes('"supportedVersions"')) return;
  const hint = 'for pkg: is the package postject installed? It injects our code into the copy of Node';
  throw new Error(`${basename(executable)} does not answer VERSION, it printed ${JSON.stringify(stdout)}; ${hint}`);
}

const compilers = {
  quickjs: { build: buildWithQuickjs, name: 'multivrf' },
  pkg: { build: buildWithPkg, name: 'multivrf-pkg' },
};

const [compiler = 'quickjs', outdir = 'build'] = process.argv.slice(2);
if (compiler !== 'quickjs' && compiler !== 'pkg') {
  throw new Error(`unknown compiler ${JSON.stringify(compiler)}; choose quickjs or pkg`);
}
const directory = resolve(outdir);
await mkdir(directory, { recursive: true });
await mkdir(join(root, 'build'), { recursive: true });
const scratch = await mkdtemp(join(root, 'build', `.${compiler}-`));
try {
  const { build, name } = compilers[compiler];
  const made = join(scratch, name);
  await build(made, scratch);
  await assertAnswers(made);
  // Renamed, so that nobody ever starts half a binary.
  await rename(made, join(directory, name));
} finally {
  await rm(scratch, { recursive: true, force: true });
}
