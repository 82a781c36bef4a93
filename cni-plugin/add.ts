import type { CniResult } from '../common/cni.ts';
import { CniCode, CniError } from '../common/errors.ts';
import type { AddReply, SysctlWrite } from '../common/protocol.ts';
import { aboutPod, ask } from './agent.ts';
import { attachment, parseConfig } from './config.ts';
import { readEnvironment } from './environment.ts';
import { sysctlRefused } from './failures.ts';
import { mergeResult } from './result.ts';
import type { System } from './system.ts';

/**
 * ADD. Gives back prevResult, untouched and without a word to the agent for a pod without the annotation;
 * with the attachments added for one that has it.
 */
export function add(system: System, stdin: string): CniResult | Promise<CniResult> {
  const config = parseConfig(stdin);
  const environment = readEnvironment('ADD', system.env);
  const { prevResult } = config;
  if (typeof prevResult !== 'object' || prevResult === null) {
    throw new CniError(
      CniCode.invalidConfig,
      `prevResult: ${prevResult === undefined ? 'absent' : JSON.stringify(prevResult)}`,
      "multivrf must be chained: list it in the conflist after the cluster's own plugin",
    );
  }
  const attach = attachment(config);
  if (attach === undefined) return prevResult;

  const pod = aboutPod(config, environment);
  const request = { ...pod, verb: 'ADD', attach, hasSocket: system.entersNamespace } as const;
  return ask(system, config, request).then(async (added) => {
    const made: AddReply = added ?? { interfaces: [], ips: [], routes: [], sysctls: [] };
    try {
      for (const sysctl of made.sysctls) write(system, sysctl);
    } catch (error) {
      throw await undo(error, () => ask(system, config, { ...pod, verb: 'DEL', hasSocket: false }));
    }
    return mergeResult(config.cniVersion, prevResult, made, environment.netns);
  });
}

/**
 * The agent has fewer rights than we have, so it must not choose freely what root writes: only files of
 * the network, which belong to the namespace that we are in.
 */
function write(system: System, { path, value }: SysctlWrite): void {
  if (!path.startsWith('net/') || path.split('/').includes('..')) {
    throw sysctlRefused(path, value, 'the agent may only ask for files below /proc/sys/net');
  }
  if (!system.entersNamespace) {
    throw sysctlRefused(path, value, "this build of the plugin cannot enter the pod's namespace");
  }
  system.writeSysctl(path, value);
}

async function undo(cause: unknown, del: () => Promise<unknown>): Promise<unknown> {
  try {
    await del();
    return cause;
  } catch (second) {
    if (!(cause instanceof CniError)) return cause;
    const text = `${cause.details}; undoing the attachment failed as well: ${(second as Error).message}`;
    return new CniError(cause.code, cause.message, text, { cause: second });
  }
}
