/** One run of the plugin, which may not live to its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { attachAnnotation, podAnnotationsCapability } from '../../common/cni.ts';
import type { Answer, Pod } from '../support/chain.ts';

const plugin = resolve(import.meta.dirname, '../../build/multivrf');

/** The same for every pod of these tests: an address that leaks is refused to the next. */
const addresses = ['192.0.2.50/24', '2001:db8::50/64'];

export interface CallOptions {
  verb: 'ADD' | 'DEL';
  pod: Pod;
  vrf: string;
  agentSocket: string;
  /** Of a configuration without a chain, with what it adds to its VRF. */
  delegate?: Record<string, unknown>;
  /** Words to put before the command. */
  before?: readonly string[];
}

function inChain(verb: CallOptions['verb'], vrf: string): Record<string, unknown> {
  return {
    runtimeConfig: { [podAnnotationsCapability]: { [attachAnnotation]: JSON.stringify([{ vrf, addresses }]) } },
    // Of the plugins before ours nothing is looked at here.
    ...(verb === 'ADD' ? { prevResult: { cniVersion: '1.0.0', interfaces: [{ name: 'eth0' }] } } : {}),
  };
}

export class Call {
  readonly #child: ChildProcess;
  /** What it printed; undefined when it was killed. */
  readonly answer: Promise<Answer | undefined>;

  constructor({ verb, pod, vrf, agentSocket, delegate, before = [] }: CallOptions) {
    const [file = '', ...args] = [...before, plugin];
    const env = {
      CNI_COMMAND: verb,
      CNI_CONTAINERID: pod.containerId,
      CNI_NETNS: pod.netns.path,
      CNI_IFNAME: 'eth0',
      CNI_PATH: '/usr/lib/cni',
      CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=${pod.namespace};K8S_POD_NAME=${pod.name}`,
      PATH: process.env.PATH ?? '',
    };
    const child = spawn(file, args, { env, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    this.answer = Promise.all([text(child.stdout), once(child, 'exit')]).then(([printed, [exitCode]]) =>
      exitCode === null ? undefined : JSON.parse(printed || '{}'),
    );
    child.stdin
      .on('error', () => {})
      .end(
        JSON.stringify({
          cniVersion: '1.0.0',
          name: 'cluster',
          type: 'multivrf',
          agentSocket,
          ...(delegate ? { vrf, ...delegate } : inChain(verb, vrf)),
        }),
      );
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
