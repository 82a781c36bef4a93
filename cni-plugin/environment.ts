import { CniCode, CniError } from '../common/errors.ts';
import type { System } from './system.ts';

/** The parameters of a CNI call that come as environment variables (SPEC, "Parameters"). */
export interface Environment {
  containerId: string;
  ifname: string;
  netns: string;
  args: string;
}

const required = {
  ADD: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME'],
  DEL: ['CNI_CONTAINERID', 'CNI_IFNAME'],
} as const;

/**
 * Reads the variables of a call; the empty string stands for one that is not needed and not set.
 * @throws CniError with code 4 naming the first variable that the verb requires and that is missing or empty.
 */
export function readEnvironment(verb: keyof typeof required, env: System['env']): Environment {
  const missing = required[verb].find((name) => !env(name));
  if (missing) {
    throw new CniError(
      CniCode.invalidEnvironment,
      `${missing} is ${env(missing) === undefined ? 'not set' : 'empty'}`,
      `the runtime must set ${required[verb].join(', ')} for ${verb}`,
    );
  }
  const value = (name: string) => env(name) ?? '';
  return {
    containerId: value('CNI_CONTAINERID'),
    ifname: value('CNI_IFNAME'),
    netns: value('CNI_NETNS'),
    args: value('CNI_ARGS'),
  };
}
