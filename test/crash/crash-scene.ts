/** A node where things are killed, and what must come through it: another pod's session, and everybody's state. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from '@jest/globals';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { makePod, type Pod, resultOf } from '../support/chain.ts';
import type { Combination } from '../support/combinations.ts';
import { hasVlans } from '../support/kernel.ts';
import { ping } from '../support/ping.ts';
import { eventually, snapshot } from '../support/snapshot.ts';
import { type Connection, connect, listen } from '../support/tcp.ts';
import { pool, VrfScene } from '../support/vrf-scene.ts';
import { Call } from './call.ts';

/** Content of the files below `directory` by path; what has none, a mounted namespace, is there by name. */
function files(directory: string): Record<string, string> {
  if (!existsSync(directory)) return {};
  const found = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(paths.sort().map((path) => [path, textOf(path)]));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

/** A VRF file with its uplink in a VLAN, where the kernel has them: one thing more to be made. */
function withVlan(text: string): string {
  if (!hasVlans()) return text;
  const vrf = parse(text) as { spec: { uplinks: { vlan?: number }[] } };
  for (const uplink of vrf.spec.uplinks) uplink.vlan = 100;
  return stringify(vrf);
}

export class CrashScene {
  readonly scene: VrfScene;
  readonly #bystander: Pod;
  readonly #session: readonly [Connection, Connection];
  /** The file of customer-b. */
  readonly #definition: string;
  #before: object = {};
  #whole: object | undefined;

  private constructor(scene: VrfScene, bystander: Pod, session: readonly [Connection, Connection], definition: string) {
    this.scene = scene;
    this.#bystander = bystander;
    this.#session = session;
    this.#definition = definition;
  }

  /** VRF customer-a with a pod that talks to the customer's router; the cable of customer-b, which is not defined yet. */
  static async open(combination: Combination): Promise<CrashScene> {
    // What is killed is to be found as it was left, and by the number of the call that it was about to make.
    const scene = await VrfScene.open(combination, { agent: { repair: false } });
    try {
      await scene.addCustomer('customer-b', 'eth2');
      const definition = withVlan(readFileSync(scene.agent.vrfFile('customer-b'), 'utf8'));
      await scene.agent.removeVrf('customer-b');
      const bystander = await scene.attach();
      const listener = listen(bystander.netns, 179, 'net1');
      const router = connect(scene.customer.router, pool.pod4, 179);
      const speaker = listener.accept();
      listener.close();
      const crash = new CrashScene(scene, bystander, [router, speaker], definition);
      crash.#before = await crash.#everything();
      return crash;
    } catch (error) {
      await scene.close();
      throw error;
    }
  }

  /** Path of strace's log. */
  get log(): string {
    return join(this.scene.lab.directory, 'strace');
  }

  /** Has the agent read the file of customer-b. */
  define(): Promise<void> {
    return this.scene.agent.writeVrf('customer-b', this.#definition);
  }

  undefine(): Promise<void> {
    return this.scene.agent.removeVrf('customer-b');
  }

  pod(): Promise<Pod> {
    return makePod(this.scene.lab, this.scene.node, 'speaker-1');
  }

  /** Starts the plugin. */
  call(verb: 'ADD' | 'DEL', pod: Pod, vrf: string, before: readonly string[] = []): Call {
    return new Call({ verb, pod, vrf, before, agentSocket: this.scene.agent.socket });
  }

  /** A call that is to succeed. */
  async succeed(verb: 'ADD' | 'DEL', pod: Pod, vrf: string): Promise<void> {
    resultOf((await this.call(verb, pod, vrf).answer)!);
  }

  /** Ends a pod as a runtime does, whatever became of its ADD: DEL, the namespace, and DEL once more. */
  async end(pod: Pod, vrf: string): Promise<void> {
    await this.succeed('DEL', pod, vrf);
    await execa('ip', ['netns', 'del', pod.netns.realName]);
    await this.succeed('DEL', pod, vrf);
  }

  /** Another pod gets the addresses, and they work. */
  async nextPod(vrf: string): Promise<void> {
    const pod = await this.pod();
    await this.succeed('ADD', pod, vrf);
    if (vrf === 'customer-a') expect(await ping(this.scene.customer.router, '192.0.2.50')).toBe(true);
    await this.end(pod, vrf);
  }

  /** Customer-b, with no pod in it, is as it is when nothing was killed, which is when this is first called. */
  async expectWholeVrf(where: unknown): Promise<void> {
    this.#whole ??= await this.#vrf();
    const now = await eventually(() => this.#vrf(), this.#whole);
    expect({ where, ...now }).toEqual({ where, ...this.#whole });
  }

  async #vrf(): Promise<object> {
    const { links, ...rest } = await snapshot(this.scene.place('customer-b'));
    // A VRF device gets a random MAC.
    const settings = (links as { info_kind?: string; mac?: string }[]).map(({ mac, ...link }) =>
      link.info_kind === 'vrf' ? link : { ...link, mac },
    );
    return { links: settings, ...rest };
  }

  /** Everything is as it was in the beginning; `where` says in a failure where the crash was. */
  async expectUndisturbed(where: unknown): Promise<void> {
    const now = await eventually(() => this.#everything(), this.#before);
    expect({ where, ...now }).toEqual({ where, ...this.#before });
    const [router, speaker] = this.#session;
    router.send('are you there?');
    expect(speaker.receive()).toBe('are you there?');
    speaker.send('yes');
    expect(router.receive()).toBe('yes');
  }

  async #everything(): Promise<object> {
    const { agent, node, combination } = this.scene;
    const [onNode, inVrf, inPod] = await Promise.all([
      snapshot(node),
      combination.backend === 'namespace' ? snapshot(this.scene.place()) : undefined,
      snapshot(this.#bystander.netns),
    ]);
    const notes = files(join(dirname(agent.socket), 'spool'));
    return { onNode, inVrf, inPod, state: files(agent.stateDirectory), namespaces: files(agent.netnsDirectory), notes };
  }

  async close(): Promise<void> {
    for (const end of this.#session) end.close();
    await this.scene.close();
  }
}
