/** The chain of plugins, run as a container runtime runs it: the cluster's bridge, then multivrf. */
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { attachAnnotation, type CniResult, podAnnotationsCapability } from '../../common/cni.ts';
import type { CniErrorBody } from '../../common/errors.ts';
import type { Lab } from './lab.ts';
import type { Netns } from './netns.ts';

const build = resolve(import.meta.dirname, '../../build');
const referencePlugins = '/usr/lib/cni';

/** The network of the cluster, as far as a test meets it. */
export const cluster = { bridge: 'cni0', gateway4: '10.88.0.1', gateway6: 'fd88::1' } as const;

/** A pod before it has any interface. */
export interface Pod {
  netns: Netns;
  /** The node it runs on. */
  node: Netns;
  /** Its Kubernetes namespace and name. */
  namespace: string;
  name: string;
  containerId: string;
  /** Of its object in the API; absent when the runtime does not tell it. */
  uid?: string;
}

export interface ChainOptions {
  /** Default 1.0.0. */
  cniVersion?: string;
  /** Which build of the plugin; default quickjs. */
  plugin?: 'quickjs' | 'pkg';
  /** Merged into multivrf's entry of the conflist. */
  conf?: Record<string, unknown>;
}

/** What a plugin printed: its result, or its error. */
export type Answer = CniResult | CniErrorBody;

/** Whether a plugin failed. */
export function isError(answer: Answer): answer is CniErrorBody {
  return 'code' in answer;
}

/** The result; an error is thrown with its text. */
export function resultOf(answer: Answer): CniResult {
  if (isError(answer)) throw new Error(`CNI error ${answer.code}: ${answer.msg}; ${answer.details ?? ''}`);
  return answer;
}

/** A pod in a new namespace of the lab, also when one of that name was there before. Its Kubernetes namespace is `bgp` unless told otherwise. */
export async function makePod(lab: Lab, node: Netns, name: string, namespace = 'bgp'): Promise<Pod> {
  const netns = await lab.namespace(name);
  return { netns, node, namespace, name, containerId: netns.realName };
}

function environment(verb: string, { netns, containerId, namespace, name, uid }: Pod): Record<string, string> {
  const known = uid === undefined ? '' : `;K8S_POD_UID=${uid}`;
  return {
    CNI_COMMAND: verb,
    CNI_CONTAINERID: containerId,
    CNI_NETNS: netns.path,
    CNI_IFNAME: 'eth0',
    CNI_PATH: referencePlugins,
    CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=${namespace};K8S_POD_NAME=${name}${known}`,
    PATH: process.env.PATH ?? '',
  };
}

/** Runs one plugin once. A success that prints nothing (DEL) is an empty result. */
async function runPlugin(command: readonly string[], env: Record<string, string>, conf: object): Promise<Answer> {
  const [file = '', ...args] = command;
  const { stdout, stderr, exitCode } = await execa(file, args, {
    input: JSON.stringify(conf),
    env,
    extendEnv: false,
    cwd: '/',
    reject: false,
    timeout: 60_000,
  });
  if (exitCode === 0) return JSON.parse(stdout || '{}');
  if (!stdout.startsWith('{')) throw new Error(`${file} ended with ${exitCode}: ${stdout} ${stderr}`);
  return JSON.parse(stdout);
}

/** ADD or DEL of the cluster's plugin alone: eth0 with an address of each family, and the default routes. */
export function runBridge(lab: Lab, verb: 'ADD' | 'DEL', pod: Pod): Promise<Answer> {
  const conf = {
    cniVersion: '1.0.0',
    name: 'cluster',
    type: 'bridge',
    bridge: cluster.bridge,
    isGateway: true,
    ipam: {
      type: 'host-local',
      dataDir: join(lab.directory, 'ipam'),
      ranges: [[{ subnet: '10.88.0.0/16' }], [{ subnet: 'fd88::/64' }]],
      routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0' }],
    },
  };
  return runPlugin([...pod.node.enter, join(referencePlugins, 'bridge')], environment(verb, pod), conf);
}

/** ADD or DEL of multivrf alone. */
export function runMultivrf(
  lab: Lab,
  verb: 'ADD' | 'DEL',
  pod: Pod,
  annotation: string | undefined,
  prevResult: CniResult | undefined,
  { cniVersion = '1.0.0', plugin = 'quickjs', conf = {} }: ChainOptions = {},
): Promise<Answer> {
  const annotations = annotation === undefined ? {} : { [attachAnnotation]: annotation };
  const config = {
    cniVersion,
    name: 'cluster',
    type: 'multivrf',
    agentSocket: join(lab.directory, 'run/agent.sock'),
    capabilities: { [podAnnotationsCapability]: true },
    runtimeConfig: { [podAnnotationsCapability]: annotations },
    ...(prevResult ? { prevResult: { ...prevResult, cniVersion } } : {}),
    ...conf,
  };
  return runPlugin([join(build, plugin === 'quickjs' ? 'multivrf' : 'multivrf-pkg')], environment(verb, pod), config);
}

/** ADD of the whole chain: the last plugin's result, or the first error. */
export async function add(
  lab: Lab,
  pod: Pod,
  annotation: string | undefined,
  options: ChainOptions = {},
): Promise<Answer> {
  const first = await runBridge(lab, 'ADD', pod);
  if (isError(first)) return first;
  return runMultivrf(lab, 'ADD', pod, annotation, first, options);
}

/** DEL of the whole chain, last plugin first: the first error, or an empty result. */
export async function del(
  lab: Lab,
  pod: Pod,
  annotation: string | undefined,
  options: ChainOptions = {},
): Promise<Answer> {
  const first = await runMultivrf(lab, 'DEL', pod, annotation, undefined, options);
  return isError(first) ? first : runBridge(lab, 'DEL', pod);
}
