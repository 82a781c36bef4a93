import type { CniResult } from '../common/cni.ts';
import { agentOf } from './agent.ts';
import { attach } from './attach.ts';
import { attachment, type Config, parseConfig, requirePrevResult } from './config.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { mergeResult, requireMergeable } from './result.ts';
import { addStandalone, isStandalone } from './standalone.ts';
import type { System } from './system.ts';

const notChained =
  "multivrf must be chained: list it in the conflist after the cluster's own plugin; or name one VRF with the key vrf";

/**
 * ADD. Gives back prevResult, untouched and without a word to the agent for a pod without the annotation;
 * with the attachments added for one that has it.
 */
export function add(system: System, stdin: string): CniResult | Promise<CniResult> {
  const config = parseConfig(stdin);
  const environment = readEnvironment('ADD', system.env);
  if (isStandalone(config)) return addStandalone(system, config, environment, stdin);
  const prevResult = requirePrevResult(config, notChained);
  const wanted = attachment(config);
  return wanted === undefined ? prevResult : addChained(system, config, environment, prevResult, wanted);
}

async function addChained(
  system: System,
  config: Config,
  environment: Environment,
  prevResult: CniResult,
  wanted: string,
): Promise<CniResult> {
  requireMergeable(prevResult);
  return attach(agentOf(system, config), environment, wanted, (made) =>
    mergeResult(config.cniVersion, prevResult, made, environment.netns),
  );
}
