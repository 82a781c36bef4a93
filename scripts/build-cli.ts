/** Bundles multivrfctl into one file; koffi's native library stays outside. */
import { chmod } from 'node:fs/promises';
import { build } from 'esbuild';
import { nativeKoffi, requiredBuiltins } from './lean-node.ts';

const out = process.argv[2] ?? 'build';
const outfile = `${out}/multivrfctl.mjs`;

await build({
  entryPoints: ['cli/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  plugins: [requiredBuiltins, nativeKoffi],
  // Bundled CommonJS packages call require for Node's own modules.
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
await chmod(outfile, 0o755);
