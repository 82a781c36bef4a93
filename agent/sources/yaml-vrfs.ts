/** The VRFs in one YAML text: which are valid, which are named but broken, and what is wrong, line by line. */
import { type Document, isMap, LineCounter, type ParsedNode, parseAllDocuments } from 'yaml';
import { brief } from '../../common/printable.ts';
import { quote } from '../api/finding.ts';
import { vrfNameFinding } from '../api/names.ts';
import { type ParsedVrf, parseVrf, type Vrf } from '../api/vrf.ts';
import type { SourceProblem } from './vrf-source.ts';
import { type Locate, locator } from './yaml-position.ts';

/** A valid VRF and, where it comes from a text, where its parts stand in it. */
export interface Draft {
  name: string;
  vrf: Vrf;
  locate?: Locate;
}

/** What one text defines. */
export interface VrfText {
  drafts: Draft[];
  /** VRFs that are defined here, but not validly. */
  broken: Set<string>;
  /** Whether a part could not be read, so that it may define any VRF. */
  unreadable: boolean;
  problems: SourceProblem[];
}

/** Aliases are allowed, "billion laughs" are not. */
const maxAliasCount = 32;

/** Reads all documents of a YAML text. Never throws: whatever is wrong is one of the problems. */
export function readVrfText(file: string, text: string): VrfText {
  const result: VrfText = { drafts: [], broken: new Set(), unreadable: false, problems: [] };
  if (text.trim() === '') {
    const message = 'is empty, and may be in the middle of being written; delete it to remove its VRFs';
    return { ...result, unreadable: true, problems: [{ file, message }] };
  }
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter, prettyErrors: false, stringKeys: true });
  for (const document of documents) readDocument(file, text, document, lineCounter, result);
  return result;
}

function readDocument(
  file: string,
  text: string,
  document: Document.Parsed<ParsedNode>,
  lineCounter: LineCounter,
  result: VrfText,
): void {
  const unreadable = (line: number, message: string) => {
    result.unreadable = true;
    result.problems.push({ file, line, message });
  };
  const faults = [...document.errors, ...document.warnings];
  for (const { pos, message } of faults) {
    const { line } = lineCounter.linePos(pos[0]);
    unreadable(line, `${quote((text.split('\n')[line - 1] ?? '').trim())} is not valid YAML: ${brief(message)}`);
  }
  if (faults.length > 0 || document.contents === null) return;
  const locate = locator(document, lineCounter);
  let input: unknown;
  try {
    input = document.toJS({ maxAliasCount });
  } catch (error) {
    unreadable(locate([]), `cannot be expanded: ${brief((error as Error).message)}`);
    return;
  }
  if (input === null) return;
  const { vrf, problems } = acceptWithoutKubernetes(parseVrf(input));
  if (vrf) {
    const earlier = result.drafts.find(({ name }) => name === vrf.metadata.name);
    if (!earlier) result.drafts.push({ name: vrf.metadata.name, vrf, locate });
    else {
      const path = ['metadata', 'name'];
      const message = `${quote(vrf.metadata.name)} is defined in line ${earlier.locate?.(path)} already; keep one of the two`;
      result.problems.push({ file, line: locate(path), field: 'metadata.name', message });
    }
    return;
  }
  for (const { path, field, message } of problems) {
    result.problems.push({ file, line: locate(path), ...(field && { field }), message });
  }
  const name: unknown = isMap(document.contents) ? document.getIn(['metadata', 'name']) : undefined;
  if (typeof name === 'string' && !vrfNameFinding(name)) result.broken.add(name);
  else result.unreadable = true;
}

/** Who runs as which ServiceAccount is known to the Kubernetes API alone: a file that asks for it is refused, not ignored. */
function acceptWithoutKubernetes(parsed: ParsedVrf): ParsedVrf {
  const accounts = parsed.vrf?.spec.access.serviceAccounts ?? [];
  if (accounts.length === 0) return parsed;
  const message = `${quote(accounts)} cannot be checked without the Kubernetes API; grant access by namespaces, or make the VRF a Kubernetes object`;
  const path = ['spec', 'access', 'serviceAccounts'];
  return { problems: [{ path, field: path.join('.'), message }] };
}
