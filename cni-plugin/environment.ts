import { CniCode, CniError } from '../common/errors.ts';
import type { System } from './system.ts';

/** The parameters of a CNI call that come as environment variables (SPEC, "Parameters"). */
export interface Environment {
  containerId: string;
  ifname: string;
  netns: string;
  args: string;
}

/**
 * Reads the variables of a call about one pod; the empty string stands for one that is not needed and not set.
 * @throws CniError 4 naming the first variable that is missing, empty, or not what the specification allows.
 */
export function readEnvironment(verb: 'ADD' | 'DEL' | 'CHECK', env: System['env']): Environment {
  const containerId = env('CNI_CONTAINERID');
  const netns = env('CNI_NETNS');
  const ifname = env('CNI_IFNAME');
  if (!containerId) throw missing('CNI_CONTAINERID', containerId, verb);
  if (!netns && verb !== 'DEL') throw missing('CNI_NETNS', netns, verb);
  if (!ifname) throw missing('CNI_IFNAME', ifname, verb);
  if (!isIdentifier(containerId)) {
    throw wrong('CNI_CONTAINERID', containerId, 'begin with a letter or digit; then also "_", "." and "-" are allowed');
  }
  if (!isInterfaceName(ifname)) {
    throw wrong('CNI_IFNAME', ifname, 'at most 15 characters, no "/", ":" or white space, neither "." nor ".."');
  }
  return { containerId, ifname, netns: netns ?? '', args: env('CNI_ARGS') ?? '' };
}

// Loops, because compiling a regular expression takes longer than all else that an ordinary pod needs from us.

function isIdentifier(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) | 0x20;
    const isAlphanumeric = (code >= 0x61 && code <= 0x7a) || isDigit(text.charCodeAt(i));
    if (!isAlphanumeric && (i === 0 || !'_.-'.includes(text[i]!))) return false;
  }
  return true;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isInterfaceName(text: string): boolean {
  if (text.length > 15 || text === '.' || text === '..') return false;
  for (const letter of text) if (letter === '/' || letter === ':' || letter.trim() === '') return false;
  return true;
}

function missing(name: string, value: string | undefined, verb: 'ADD' | 'DEL' | 'CHECK'): CniError {
  const required = verb === 'DEL' ? 'CNI_CONTAINERID, CNI_IFNAME' : 'CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME';
  return new CniError(
    CniCode.invalidEnvironment,
    `${name} is ${value === undefined ? 'not set' : 'empty'}`,
    `the runtime must set ${required} for ${verb}`,
  );
}

function wrong(name: string, value: string, rule: string): CniError {
  return new CniError(
    CniCode.invalidEnvironment,
    `${name}: ${JSON.stringify(value)} is not allowed by the CNI specification`,
    rule,
  );
}
