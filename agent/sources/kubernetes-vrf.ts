/** A VRF as the API server has it: what it defines, or what is wrong with it. */
import { vrfNameFinding } from '../api/names.ts';
import { parseVrf } from '../api/vrf.ts';
import type { KubeObject } from '../kube/object.ts';
import type { VrfText } from './yaml-vrfs.ts';

/** What is kept of an object of kind VRF. */
export interface Definition {
  name: string;
  /** What problems are told under. */
  file: string;
  uid: string | undefined;
  /** Another spec is another generation; metadata and status do not count. */
  generation: number | undefined;
  created: string;
  isDeleted: boolean;
  text: VrfText;
}

/** `known` again if the spec is the same. Never throws: whatever is wrong is one of the problems. */
export function readDefinition(object: KubeObject, known: Definition | undefined): Definition {
  const { name, uid, generation, creationTimestamp: created = '' } = object.metadata;
  if (known && generation !== undefined && known.generation === generation && known.uid === uid) return known;
  const file = definitionFile(name);
  const isDeleted = object.metadata.deletionTimestamp !== undefined;
  return { name, file, uid, generation, created, isDeleted, text: read(object, name, file) };
}

/** What the problems of VRF `name` are told under. */
export const definitionFile = (name: string): string => `VRF ${name}`;

/** The oldest first: of two that exclude each other it stays in force on every node, and after a restart. */
export function byAge(a: Definition, b: Definition): number {
  return a.created.localeCompare(b.created) || a.name.localeCompare(b.name);
}

function read({ apiVersion, kind, spec }: KubeObject, name: string, file: string): VrfText {
  const broken = (problems: { field: string; message: string }[]): VrfText => ({
    drafts: [],
    broken: new Set(vrfNameFinding(name) ? [] : [name]),
    unreadable: false,
    problems: problems.map(({ field, message }) => ({ file, ...(field && { field }), message })),
  });
  const { vrf, problems } = parseVrf({ apiVersion, kind, metadata: { name }, spec });
  if (!vrf) return broken(problems);
  return { drafts: [{ name, vrf }], broken: new Set(), unreadable: false, problems: [] };
}
