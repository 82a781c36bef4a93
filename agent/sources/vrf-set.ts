/**
 * Decides which VRFs are in force when files, or objects of the API, change. Pure: files in, the next set out. The set never
 * holds a name or an explicit table twice, and what is refused leaves the version before it in force.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Vrf } from '../api/vrf.ts';
import type { SourceProblem, VrfChange } from './vrf-source.ts';
import type { Draft, VrfText } from './yaml-vrfs.ts';

/** A VRF in force and the file that defines it. */
interface InForce {
  file: string;
  vrf: Vrf;
}

export type VrfSet = ReadonlyMap<string, InForce>;

interface Claim {
  file: string;
  draft: Draft;
}

/** The set after `previous`, given all files there are now, by name. A VRF that is as before is the same object. */
export function nextVrfSet(
  previous: VrfSet,
  files: ReadonlyMap<string, VrfText>,
): { set: VrfSet; problems: SourceProblem[] } {
  const kept = keptFrom(previous, files);
  const { claims, problems } = settleNames(kept, files);
  return settleTables(previous, kept, claims, problems);
}

/** What has to be told of the way from one set to the next. */
export function difference(before: VrfSet, after: VrfSet): VrfChange {
  const changed = [...after].filter(([name, { vrf }]) => before.get(name)?.vrf !== vrf).map(([name]) => name);
  return { changed, removed: [...before.keys()].filter((name) => !after.has(name)) };
}

/** The VRFs in force that their files still define, or may define where they cannot be read. */
function keptFrom(previous: VrfSet, files: ReadonlyMap<string, VrfText>): VrfSet {
  return new Map(
    [...previous].filter(([name, { file }]) => {
      const text = files.get(file);
      return text && (text.unreadable || text.broken.has(name) || text.drafts.some((draft) => draft.name === name));
    }),
  );
}

/** One file a name: the one in force, else the first. */
function settleNames(
  kept: VrfSet,
  files: ReadonlyMap<string, VrfText>,
): { claims: Map<string, Claim>; problems: SourceProblem[] } {
  const claims = new Map<string, Claim>();
  const problems: SourceProblem[] = [];
  for (const [file, { drafts }] of files) {
    for (const draft of drafts) {
      const owner = kept.get(draft.name)?.file ?? claims.get(draft.name)?.file ?? file;
      if (owner === file) claims.set(draft.name, { file, draft });
      else
        problems.push(
          problemAt(
            { file, draft },
            'metadata.name',
            `is defined in ${owner} already, which stays in force; remove it from ${file} or from ${owner}`,
          ),
        );
    }
  }
  return { claims, problems };
}

/** One VRF a table: those that keep theirs go first; a refused one falls back to its version in force. */
function settleTables(
  previous: VrfSet,
  kept: VrfSet,
  claims: Map<string, Claim>,
  problems: SourceProblem[],
): { set: VrfSet; problems: SourceProblem[] } {
  const refused = new Map<string, SourceProblem>();
  for (;;) {
    const set = new Map<string, InForce>();
    const tables = new Map<number, string>();
    const admit = (name: string, file: string, vrf: Vrf) => {
      const old = previous.get(name)?.vrf;
      set.set(name, { file, vrf: old && isDeepStrictEqual(old, vrf) ? old : vrf });
      if (vrf.spec.table !== undefined) tables.set(vrf.spec.table, name);
    };
    for (const [name, old] of kept) {
      const claim = claims.get(name);
      if (!claim || refused.has(name)) admit(name, old.file, old.vrf);
      else if (claim.draft.vrf.spec.table === old.vrf.spec.table) admit(name, claim.file, claim.draft.vrf);
    }
    const settled = [...claims].every(([name, claim]) => {
      if (set.has(name) || refused.has(name)) return true;
      const { vrf } = claim.draft;
      const holder = vrf.spec.table === undefined ? undefined : tables.get(vrf.spec.table);
      if (holder === undefined) {
        admit(name, claim.file, vrf);
        return true;
      }
      const message = `is the table of VRF "${holder}"${inFile(set.get(holder)!)} already, which stays in force; choose another, or leave it out`;
      refused.set(name, problemAt(claim, 'spec.table', message));
      // Its version in force, if any, now needs its own table back: decide again with that one fixed.
      return !kept.has(name);
    });
    if (settled) return { set, problems: [...problems, ...refused.values()] };
  }
}

/** An object of the API is found by its name. */
const inFile = ({ file, vrf }: InForce) => (file === `VRF ${vrf.metadata.name}` ? '' : ` in ${file}`);

function problemAt({ file, draft }: Claim, field: 'metadata.name' | 'spec.table', what: string): SourceProblem {
  const value = field === 'spec.table' ? draft.vrf.spec.table : draft.name;
  return { file, line: draft.locate?.(field.split('.')), field, message: `${JSON.stringify(value)} ${what}` };
}
