/**
 * Our agent with parts taken away, to tell what each costs, and how far an agent comes that is without it. Bundled like
 * the agent, of the same modules but for those that stand in.
 */
import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';
import { bundleAgent } from '../agent-bundle.ts';

/** By importing module, and what it imports: what it gets. */
type StandIns = Readonly<Record<string, Readonly<Record<string, string>>>>;

const attach = 'agent/server/attach.ts';
const unplanned: StandIns = {
  [attach]: { '../plan/host-end.ts': 'unplanned', '../plan/pod.ts': 'unplanned', '../apply/executor.ts': 'unplanned' },
};
const unrecorded: StandIns = { ...unplanned, 'agent/state/json-directory.ts': { './files.ts': 'unrecorded' } };
const unnamed: StandIns = { ...unrecorded, [attach]: { ...unplanned[attach], './attach-record.ts': 'unnamed' } };

const agents = { unplanned, unrecorded, unnamed };
export type LesserAgent = keyof typeof agents;

/** Returns its bundle. Each lacks what the one before it lacks, too. Throws when the agent does not import what is to be replaced. */
export async function bundled(name: LesserAgent): Promise<string> {
  const bundle = `build/bench/${name}-agent.mjs`;
  const standIns = agents[name];
  const missing = new Set(
    Object.entries(standIns).flatMap(([by, imports]) => Object.keys(imports).map((path) => `${by}: ${path}`)),
  );
  await bundleAgent(bundle, [standingIn(standIns, (place) => missing.delete(place))]);
  if (missing.size > 0) throw new Error(`there is no import to be replaced any more: ${[...missing].join(', ')}`);
  return bundle;
}

function standingIn(standIns: StandIns, found: (place: string) => void): Plugin {
  return {
    name: 'standing-in',
    setup({ onResolve }) {
      onResolve({ filter: /^\..*\.ts$/ }, ({ path, importer }) => {
        const by = relative('', importer);
        const other = standIns[by]?.[path];
        if (other === undefined) return undefined;
        found(`${by}: ${path}`);
        return { path: join(import.meta.dirname, 'lesser', `${other}.ts`) };
      });
    },
  };
}
