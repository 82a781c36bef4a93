/** An agent with VRFs from the Kubernetes API on a node full of pods: what it takes of the node's memory, and how soon it serves again. */
import { KubeClient } from '../../agent/kube/client.ts';
import { countOf } from '../../agent/kube/list.ts';
import { fromApi, kubeconfigIn, startApi } from './api-process.ts';
import type { Group } from './group.ts';
import { benchSpec } from './kubernetes-scene.ts';
import { pause } from './pause.ts';
import { limited } from './rows.ts';
import { until } from './until.ts';
import { World } from './world.ts';

const attachments = 250;
const vrfs = Array.from({ length: 50 }, (_, i) => `customer-${i}`);
const restarts = 7;

export const kubernetesNode: Group = async () => {
  const world = new World([]);
  const pods = world.pods(attachments).map((pod, i) => ({ pod, vrf: vrfs[i % vrfs.length]! }));
  const api = await startApi(world.directory, {
    vrfs: Object.fromEntries(vrfs.map((name) => [name, benchSpec(0)])),
    pods: Object.fromEntries(pods.map(({ pod, vrf }) => [pod.containerId, vrf])),
  });
  try {
    const source = fromApi(world.directory);
    world.startAgent(source);
    for (const { pod, vrf } of pods) world.attach(pod, vrf);
    // It writes at a bounded rate, after the pods have their answers.
    const client = new KubeClient({ kubeconfig: kubeconfigIn(world.directory) });
    const path = '/apis/multivrf.dev/v1alpha1/vrfattachments';
    await until('VRFAttachment of each pod', async () => (await countOf(client, path)) === attachments);
    pause(4_000);
    const { memory } = world.agent;
    const times: number[] = [];
    const restarted: number[] = [];
    for (let i = 0; i < restarts; i++) {
      await world.agent.stop();
      const began = performance.now();
      world.startAgent(source);
      times.push(performance.now() - began);
      pause(2_000);
      restarted.push(world.agent.memory);
    }
    return {
      rows: [
        limited(`kubernetes-ready-${attachments}`, 2_000, times, 'ms'),
        limited(`kubernetes-rss-${attachments}`, 96, [memory], 'MiB'),
      ],
      notes: { kubernetesRssOfRestarted: restarted },
    };
  } finally {
    await world.close();
    api.kill();
  }
};
