/** One call of one CNI plugin, as the specification's "Execution Protocol" wants it. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import type { CniErrorBody } from '../../common/errors.ts';

/** CNI_PATH: what we built, and Debian's reference plugins. */
const path = [resolve(import.meta.dirname, '../../build'), '/usr/lib/cni'];

/** libcni's RuntimeConf: an interface of a container, and what its runtime knows of it. */
export interface AttachmentPoint {
  containerId: string;
  netns: string;
  ifname: string;
  /** CNI_ARGS. */
  args: string;
  /** By name of the capability; each plugin gets those it declares. */
  capabilityArgs: Record<string, unknown>;
}

/** The point of the verbs that are about no container: VERSION, GC, STATUS. */
export const noPoint: AttachmentPoint = { containerId: '', netns: '', ifname: '', args: '', capabilityArgs: {} };

/** A plugin's error, with the plugin that reported it. */
export class PluginFailure extends Error {
  readonly plugin: string;
  readonly body: CniErrorBody;

  constructor(plugin: string, body: CniErrorBody) {
    super(`${plugin}: ${body.code} ${body.msg}; ${body.details ?? ''}`);
    this.plugin = plugin;
    this.body = body;
  }
}

/**
 * What the plugin printed; an empty object when it printed nothing. `enter` are the words before a command that
 * make it run on the node.
 * @throws PluginFailure with the error it printed.
 */
export async function callPlugin(
  enter: readonly string[],
  verb: string,
  type: string,
  point: AttachmentPoint,
  stdin: object,
): Promise<Record<string, unknown>> {
  const directory = path.find((one) => existsSync(join(one, type)));
  if (!directory) throw new Error(`no plugin ${type} in ${path}`);
  const [file = '', ...args] = [...enter, join(directory, type)];
  const { stdout, stderr, exitCode } = await execa(file, args, {
    input: JSON.stringify(stdin),
    env: {
      PATH: process.env.PATH ?? '',
      CNI_COMMAND: verb,
      CNI_CONTAINERID: point.containerId,
      CNI_NETNS: point.netns,
      CNI_IFNAME: point.ifname,
      CNI_ARGS: point.args,
      CNI_PATH: path.join(':'),
    },
    extendEnv: false,
    cwd: '/',
    reject: false,
    timeout: 60_000,
  });
  if (exitCode === 0) return JSON.parse(stdout || '{}');
  if (!stdout.startsWith('{')) throw new Error(`${verb} of ${type} ended with ${exitCode}: ${stdout} ${stderr}`);
  throw new PluginFailure(type, JSON.parse(stdout));
}

const versions = new Map<string, Promise<string[]>>();

/** `supportedVersions` of a plugin, oldest first. */
export function versionsOf(type: string): Promise<string[]> {
  const known = versions.get(type) ?? askVersions(type);
  versions.set(type, known);
  return known;
}

async function askVersions(type: string): Promise<string[]> {
  const { supportedVersions } = await callPlugin([], 'VERSION', type, noPoint, { cniVersion: '1.0.0' });
  return supportedVersions as string[];
}
