/** Bundles the agent into one file; koffi's native library stays outside. */
import { build, type Plugin } from 'esbuild';
import { nativeKoffi, requiredBuiltins } from './lean-node.ts';

/**
 * Of the Kubernetes client the agent takes authentication and TLS. They import an index of all that was ever generated, of
 * which two files are needed, and an HTTP client of its own, of which none is: 25 MiB of memory.
 */
const leanClient: Plugin = {
  name: 'lean-kubernetes-client',
  setup({ onLoad }) {
    onLoad({ filter: /@kubernetes\/client-node\/dist\/gen\/index\.js$/ }, () => ({
      contents: 'export { createConfiguration } from "./configuration.js"; export * from "./servers.js";',
    }));
    onLoad({ filter: /node_modules\/undici\/index\.js$/ }, () => ({
      contents: 'export class Agent {} export class ProxyAgent {} export const fetch = undefined;',
    }));
  },
};

/** What is logged is written by this thread: pino need not load what starts others. 1 MiB. */
const pinoWithoutThreads: Plugin = {
  name: 'pino-without-threads',
  setup({ onResolve, onLoad }) {
    onLoad({ filter: /node_modules\/pino\/lib\/transport\.js$/ }, () => ({
      contents: 'module.exports = () => { throw new Error("the log has no transports"); };',
    }));
    onResolve({ filter: /^(node:)?worker_threads$/ }, ({ path }) => ({ path, namespace: 'one-thread' }));
    onLoad({ filter: /^/, namespace: 'one-thread' }, () => ({ contents: 'exports.isMainThread = true;' }));
  },
};

/** Writes it to `outfile`, with `others` before our own plugins. */
export async function bundleAgent(outfile: string, others: readonly Plugin[] = []): Promise<void> {
  await build({
    entryPoints: ['agent/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    plugins: [...others, leanClient, pinoWithoutThreads, requiredBuiltins, nativeKoffi],
    // The text stays in memory, but names are for those who read stack traces.
    minifyWhitespace: true,
    legalComments: 'none',
    // Bundled CommonJS packages call require for Node's own modules.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}
