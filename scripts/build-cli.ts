/** Bundles multivrfctl into one file; koffi stays outside, since it carries a native library. */
import { chmod } from 'node:fs/promises';
import { build } from 'esbuild';

const out = process.argv[2] ?? 'build';
const outfile = `${out}/multivrfctl.mjs`;

await build({
  entryPoints: ['cli/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  external: ['koffi'],
  // Bundled CommonJS packages call require for Node's own modules.
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
await chmod(outfile, 0o755);
