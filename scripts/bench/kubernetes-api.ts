/**
 * The API server of the benchmarks: the tests' own, in a process of its own. Reads what it has from `cluster.json` (a {@link Cluster}) in
 * the directory that it is told, and writes `kubeconfig` there once it serves.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodes, pods, vrfs } from '../../test/support/api-server/kinds.ts';
import { kubeconfig } from '../../test/support/api-server/kubeconfig.ts';
import { ApiServer } from '../../test/support/api-server/server.ts';
import { benchNode, type Cluster, latency, podUid } from './kubernetes-scene.ts';

const [directory = '.'] = process.argv.slice(2);
const cluster = JSON.parse(readFileSync(join(directory, 'cluster.json'), 'utf8')) as Cluster;
const server = new ApiServer();
await server.start();
server.put(nodes, { name: benchNode }, {});
for (const [name, spec] of Object.entries(cluster.vrfs)) server.put(vrfs, { name }, { spec });
// As large as pods are with their status.
const padding = 'x'.repeat(8 * 1024);
const ownerReferences = [{ kind: 'StatefulSet', name: 'set', controller: true }];
for (const [name, vrf] of Object.entries(cluster.pods)) {
  const metadata = { annotations: { 'multivrf.dev/attach': vrf, padding }, ownerReferences };
  const object = server.put(pods, { namespace: 'bgp', name }, { spec: { nodeName: benchNode }, metadata });
  server.store.put(pods, { ...object, metadata: { ...object.metadata, uid: podUid(name) } });
}
server.latency = latency;
writeFileSync(join(directory, 'kubeconfig.tmp'), kubeconfig(server));
renameSync(join(directory, 'kubeconfig.tmp'), join(directory, 'kubeconfig'));
