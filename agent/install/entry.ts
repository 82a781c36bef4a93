/** multivrf's entry in the conflist of the cluster's primary plugin. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { type NetConf, podAnnotationsCapability } from '../../common/cni.ts';
import { defaultAgentSocket } from '../../common/protocol.ts';

/** `type` of the entry, which is also the plugin's file name. */
export const pluginName = 'multivrf';

/** What an installation writes into the entry; what is left out stays as somebody wrote it there by hand. */
export type EntrySettings = Required<Pick<NetConf, 'agentSocket'>> & Pick<NetConf, 'timeoutSeconds' | 'strictStatus'>;

export type Entry = Record<string, unknown>;

/** Whether this element of `plugins` is the chained entry. One that names its own VRF was written by hand, for another purpose. */
export function isOurEntry(element: unknown): element is Entry {
  return isObject(element) && element.type === pluginName && element.vrf === undefined;
}

/** The entry with everything that `settings` say, and whatever else stood in it. */
export function correctEntry(entry: Entry, settings: EntrySettings): Entry {
  const { agentSocket, ...others } = settings;
  const correct: Entry = {
    type: pluginName,
    ...entry,
    capabilities: { ...(isObject(entry.capabilities) ? entry.capabilities : {}), [podAnnotationsCapability]: true },
  };
  if (agentSocket !== defaultAgentSocket) correct.agentSocket = agentSocket;
  else if (entry.agentSocket !== agentSocket) delete correct.agentSocket;
  for (const [key, value] of Object.entries(others)) if (value !== undefined) correct[key] = value;
  return correct;
}

/** Whether {@link correctEntry} would change nothing. */
export function isCorrect(entry: Entry, settings: EntrySettings): boolean {
  return isDeepStrictEqual(entry, correctEntry(entry, settings));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
