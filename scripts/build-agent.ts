/** Bundles the agent into one file; koffi stays outside, since it carries a native library. */
import { build } from 'esbuild';

const out = process.argv[2] ?? 'build';

await build({
  entryPoints: ['agent/main.ts'],
  outfile: `${out}/multivrf-agent.mjs`,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  external: ['koffi'],
  // Bundled CommonJS packages call require for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
