/** The way of docs/kubernetes.md, walked with kubectl: each command of it that needs neither a kubelet nor a container. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { daemonSets, pods, vrfAddresses, vrfAttachments, vrfs } from '../support/api-server/kinds.ts';
import { add, del, makePod, type Pod, resultOf } from '../support/chain.ts';
import { columnsOf, KubectlScene, nodeName } from './kubectl-scene.ts';
import { until } from './until.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/kubernetes.md'), 'utf8');
const speaker = { namespace: 'bgp-gobgp', name: 'speaker-0' };

let scene: KubectlScene;
let pod: Pod;
beforeAll(async () => {
  scene = await KubectlScene.open();
});
afterAll(() => scene?.close());

/** Types a command of the page, with more behind it. */
function type(command: string, ...more: string[]): Promise<string[]> {
  expect(page).toContain(command);
  return scene.kubectl(...command.split(' ').slice(1), ...more);
}

/** Every line of the output ends with one of these. */
function expectEach(lines: readonly string[], outcome: RegExp): void {
  expect(lines.filter((line) => !outcome.test(line))).toEqual([]);
}

/** As the API server, which fills in defaults, and the cluster's controllers would. */
function rollOut(namespace: string, name: string): void {
  const set = scene.server.store.get(daemonSets, namespace, name)!;
  const one = { desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberAvailable: 1 };
  const spec = { updateStrategy: { type: 'RollingUpdate' }, ...(set.spec as object) };
  scene.server.store.put(daemonSets, { ...set, spec, status: { ...one, observedGeneration: set.metadata.generation } });
}

test('install: everything is made, and an upgrade to the same changes nothing', async () => {
  const made = await type('kubectl apply -k manifests/base');
  expectEach(made, / created$/);
  expect(made).toContain('daemonset.apps/multivrf-agent created');
  rollOut('multivrf-system', 'multivrf-agent');
  expect(await type('kubectl -n multivrf-system rollout status daemonset/multivrf-agent')).toEqual([
    'daemon set "multivrf-agent" successfully rolled out',
  ]);
  expectEach(await type('kubectl apply -k manifests/base'), / (unchanged|configured)$/);
});

test('the first customer: the examples are applied, and an edited VRF is there at once', async () => {
  for (const example of ['gobgp', 'bird', 'two-customers']) {
    expectEach(await scene.kubectl('apply', '-f', `manifests/examples/${example}/`), / created$/);
  }
  // The node of this test has no VLANs.
  const edited = JSON.stringify({ spec: { uplinks: [{ interface: 'eth1' }] } });
  await scene.kubectl('patch', 'vrf', 'gobgp-a', '--type=merge', '--patch', edited);
  scene.server.put(pods, speaker, {
    metadata: { annotations: { 'multivrf.dev/attach': 'gobgp-a' } },
    spec: { nodeName, serviceAccountName: 'default' },
  });
  pod = await makePod(scene.lab, scene.node, speaker.name, speaker.namespace);
  resultOf(await add(scene.lab, pod, 'gobgp-a', { conf: { timeoutSeconds: 10 } }));
});

test('verify: what is shown of VRFs, attachments and addresses', async () => {
  const shown = async (command: string, kind: typeof vrfs) =>
    (await type(command, '-o', columnsOf(kind), '--no-headers')).map((line) => line.split(/ {2,}/));
  await until(() => scene.server.store.get(vrfAttachments, speaker.namespace, 'speaker-0.gobgp-a'));
  const mac = expect.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  const attachments = await shown('kubectl get vrfattachments -n bgp-gobgp', vrfAttachments);
  expect(attachments).toEqual([
    ['speaker-0.gobgp-a', 'gobgp-a', 'speaker-0', nodeName, 'net1', '[192.0.2.2/24]', mac, 'True', 'True', 'AsMade'],
  ]);
  await until(() => scene.server.store.get(vrfAddresses, undefined, 'gobgp-a.192.0.2.2'));
  const [address] = (await shown('kubectl get vrfaddresses', vrfAddresses)).filter(
    ([name]) => name === 'gobgp-a.192.0.2.2',
  );
  expect(address).toEqual(['gobgp-a.192.0.2.2', 'gobgp-a', '192.0.2.2', 'bgp-gobgp', 'speaker-0', nodeName, 'true']);
  await until(
    () => scene.server.store.get(vrfs, undefined, 'gobgp-a')?.status as { attachments?: number } | undefined,
    (status) => status.attachments === 1,
  );
  const [vrf] = (await shown('kubectl get vrf', vrfs)).filter(([name]) => name === 'gobgp-a');
  expect(vrf).toMatchObject(['gobgp-a', 'bridge', 'True', '1', '0', expect.any(String), expect.any(String)]);
  expect((await type('kubectl describe pod -n bgp-gobgp speaker-0')).join('\n')).toContain(
    'multivrf.dev/attach: gobgp-a',
  );
});

test('remove: VRFs wait for the last pod, and then everything goes', async () => {
  const deleted = type('kubectl delete vrf --all');
  await until(() => scene.server.store.get(vrfs, undefined, 'gobgp-a')?.metadata.deletionTimestamp);
  resultOf(await del(scene.lab, pod, 'gobgp-a'));
  scene.server.delete(pods, speaker);
  expectEach(await deleted, / deleted$/);
  expectEach(await type('kubectl delete -k manifests/base'), / deleted( from \S+ namespace)?$/);
  expectEach(await type('kubectl apply -k manifests/uninstall'), / created$/);
  rollOut('multivrf-uninstall', 'multivrf-uninstall');
  await type('kubectl -n multivrf-uninstall rollout status daemonset/multivrf-uninstall');
  expectEach(await type('kubectl delete -k manifests/uninstall'), / deleted( from \S+ namespace)?$/);
});
