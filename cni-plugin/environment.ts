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

function isIdentifier(text: string): boolean {
  return /^[a-z0-9][a-z0-9_.-]*$/i.test(text);
}

function isInterfaceName(text: string): boolean {
  return /^[^/:\s]{1,15}$/.test(text) && text !== '.' && text !== '..';
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
