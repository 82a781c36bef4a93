/**
 * Compiles the CNI plugin into one executable: `node scripts/build-plugin.ts bun|pkg [OUTDIR]`.
 * bun makes OUTDIR/multivrf, pkg makes OUTDIR/multivrf-pkg; both are checked by running them.
 */
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { withHugePageSegments } from './huge-page-segments.ts';

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

/** By bun: 3 ms to start. The binary takes no setting from the directory that the runtime starts it in. */
async function buildWithBun(outfile: string, scratch: string): Promise<void> {
  const flags = [
    '--compile',
    '--minify',
    '--bytecode',
    '--format=esm',
    '--no-compile-autoload-dotenv',
    '--no-compile-autoload-bunfig',
    '--no-compile-autoload-tsconfig',
    '--no-compile-autoload-package-json',
  ];
  const entry = join(root, 'cni-plugin/entry.bun.ts');
  await execa(join(tools, 'bun'), ['build', ...flags, '--outfile', outfile, entry], { cwd: scratch });
  // Of a start's 870 page faults 190 are gone, and 0.6 ms (docs/decisions/plugin-in-large-folios.md).
  writeFileSync(outfile, withHugePageSegments(readFileSync(outfile)));
}

/** By @yao-pkg/pkg, as a single executable application of the Node that runs this script. */
async function buildWithPkg(outfile: string, scratch: string): Promise<void> {
  const { build } = await import('esbuild');
  const bundle = join(scratch, 'multivrf.cjs');
  await build({
    entryPoints: [join(root, 'cni-plugin/entry.node.ts')],
    outfile: bundle,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
  });
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

/**
 * Puts a file in place written in one go: its pages then lie in large folios, and starting it takes
 * less time (4.2 instead of 5.1 to 6.8 ms) than with the linker's or an execution's piecemeal ones.
 */
async function installWhole(from: string, to: string): Promise<void> {
  const whole = `${from}.whole`;
  const bytes = readFileSync(from);
  const fd = openSync(whole, 'w', 0o755);
  // One write(2): writeFile would split it.
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  closeSync(fd);
  await rename(whole, to);
}

const compilers = {
  bun: { build: buildWithBun, name: 'multivrf' },
  pkg: { build: buildWithPkg, name: 'multivrf-pkg' },
};

const [compiler = 'bun', outdir = 'build'] = process.argv.slice(2);
if (compiler !== 'bun' && compiler !== 'pkg') {
  throw new Error(`unknown compiler ${JSON.stringify(compiler)}; choose bun or pkg`);
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
  await installWhole(made, join(directory, name));
} finally {
  await rm(scratch, { recursive: true, force: true });
}
