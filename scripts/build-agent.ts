/** Bundles the agent into a directory, `build` unless the argument is another. */
import { bundleAgent } from './agent-bundle.ts';

await bundleAgent(`${process.argv[2] ?? 'build'}/multivrf-agent.mjs`);
