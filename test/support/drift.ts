/** CHECK of one attached pod, and changes made by hand for it to find. */
import { expect } from '@jest/globals';
import { hostEndName } from '../../agent/plan/names.ts';
import { attachAnnotation, type CniResult, podAnnotationsCapability } from '../../common/cni.ts';
import type { CniErrorBody } from '../../common/errors.ts';
import { add, makePod, type Pod, resultOf } from './chain.ts';
import { callPlugin, PluginFailure } from './cni-exec.ts';
import type { Combination } from './combinations.ts';
import type { Netns } from './netns.ts';
import { linkOf, outputTable } from './observe.ts';
import { VrfScene } from './vrf-scene.ts';

/** Something done by hand, what takes it back, and all that CHECK is to say of it. */
export interface Change {
  by: string;
  undo: string;
  says: readonly string[];
}

/** What CHECK may be asked with instead of what the runtime remembers. */
export interface Asked {
  annotation?: string;
  prevResult?: CniResult;
  pod?: Pod;
}

/** The pod bgp/speaker-0, attached to customer-a by `net1`. */
export class Attached {
  readonly scene: VrfScene;
  readonly pod: Pod;
  readonly prevResult: CniResult;
  /** Name of the host end. */
  readonly hostEnd: string;
  /** MAC of the pod end. */
  readonly mac: string;
  /** Alias of the pod end. */
  readonly alias: string;
  /** The table for what the pod sends. */
  readonly table: string;

  private constructor(scene: VrfScene, pod: Pod, prevResult: CniResult, alias: string, table: string) {
    this.scene = scene;
    this.pod = pod;
    this.prevResult = prevResult;
    this.alias = alias;
    this.table = table;
    this.hostEnd = hostEndName(pod.containerId, 'net1');
    this.mac = prevResult.interfaces?.find(({ name }) => name === 'net1')?.mac ?? '';
  }

  /** The agent finds what CHECK finds, and would repair it: it does with `repair` only. */
  static async open(combination: Combination, { repair = false } = {}): Promise<Attached> {
    const scene = await VrfScene.open(combination, { agent: { repair } });
    const pod = await makePod(scene.lab, scene.node, 'speaker-0');
    const result = resultOf(await add(scene.lab, pod, 'customer-a'));
    const { ifalias = '' } = await linkOf(pod.netns, 'net1');
    return new Attached(scene, pod, result, ifalias, await outputTable(pod.netns, 'customer-a', 'net1'));
  }

  /** The error of CHECK by the compiled plugin; undefined when it passes. */
  async check({ annotation = 'customer-a', prevResult = this.prevResult, pod = this.pod }: Asked = {}) {
    const { netns, containerId, namespace, name } = pod;
    const args = `IgnoreUnknown=1;K8S_POD_NAMESPACE=${namespace};K8S_POD_NAME=${name}`;
    const point = { containerId, netns: netns.path, ifname: 'eth0', args, capabilityArgs: {} };
    const conf = {
      cniVersion: '1.0.0',
      name: 'cluster',
      type: 'multivrf',
      agentSocket: this.scene.agent.socket,
      runtimeConfig: { [podAnnotationsCapability]: { [attachAnnotation]: annotation } },
      prevResult: { ...prevResult, cniVersion: '1.0.0' },
    };
    try {
      await callPlugin([], 'CHECK', 'multivrf', point, conf);
      return undefined;
    } catch (error) {
      if (error instanceof PluginFailure) return error.body;
      throw error;
    }
  }

  /** Makes all changes at once, asserts that CHECK names each of them and nothing else, and takes them back. */
  async finds(netns: Netns, changes: readonly Change[]): Promise<void> {
    const error = await this.after(netns, changes);
    await netns.run('sh', [
      '-ec',
      changes
        .toReversed()
        .map(({ undo }) => undo)
        .join('\n'),
    ]);
    expect(named(error).toSorted()).toEqual(changes.flatMap(({ says }) => says).toSorted());
  }

  /** Makes all changes at once; the error of CHECK. */
  async after(netns: Netns, changes: readonly Pick<Change, 'by'>[]): Promise<CniErrorBody | undefined> {
    await netns.run('sh', ['-ec', changes.map(({ by }) => by).join('\n')]);
    return this.check();
  }

  close(): Promise<void> {
    return this.scene.close();
  }
}

const about = 'interface net1 of pod bgp/speaker-0 in VRF customer-a: ';

/** The differences that an error of CHECK names. */
export function named(error: CniErrorBody | undefined): string[] {
  if (!error) return [];
  expect(error.code).toBe(102);
  expect(error.msg.slice(0, about.length)).toBe(about);
  const [, others] = /^also: (.*?)\. /.exec(error.details ?? '') ?? [];
  return [error.msg.slice(about.length), ...(others?.split('; ') ?? [])];
}
