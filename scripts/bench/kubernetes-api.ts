/**
 * The API server of the benchmark: the tests' own, in a process of its own. Writes `kubeconfig` to the directory that it is told, once
 * it serves; argument 2 is the number of pods of each sort that there are.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodes, pods, vrfs } from '../../test/support/api-server/kinds.ts';
import { kubeconfig } from '../../test/support/api-server/kubeconfig.ts';
import { ApiServer } from '../../test/support/api-server/server.ts';
import { benchNode, benchSpec, latency, podName, podUid, sorts } from './kubernetes-scene.ts';

const [directory = '.', count = '1'] = process.argv.slice(2);
const server = new ApiServer();
await server.start();
server.put(nodes, { name: benchNode }, {});
server.put(vrfs, { name: 'bench' }, { spec: benchSpec(Number(count)) });
for (const sort of sorts) {
  for (let i = 0; i < Number(count); i++) {
    const name = podName(sort, i);
    const annotations = { 'multivrf.dev/attach': 'bench' };
    const metadata = {
      annotations,
      uid: podUid(name),
      ownerReferences: [{ kind: 'StatefulSet', name: 'set', controller: true }],
    };
    const object = server.put(pods, { namespace: 'bgp', name }, { spec: { nodeName: benchNode }, metadata });
    server.store.put(pods, { ...object, metadata: { ...object.metadata, uid: podUid(name) } });
  }
}
server.latency = latency;
writeFileSync(join(directory, 'kubeconfig.tmp'), kubeconfig(server));
renameSync(join(directory, 'kubeconfig.tmp'), join(directory, 'kubeconfig'));
