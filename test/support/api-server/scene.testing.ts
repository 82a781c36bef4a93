/** An API server and a client of it, for tests of what speaks to it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeClient } from '../../../agent/kube/client.ts';
import { kubeconfig } from './kubeconfig.ts';
import { ApiServer } from './server.ts';

export interface ClientScene {
  server: ApiServer;
  client: KubeClient;
  close: () => Promise<void>;
}

export async function openClientScene(): Promise<ClientScene> {
  const directory = mkdtempSync(join(tmpdir(), 'multivrf-kube-'));
  const server = new ApiServer();
  await server.start();
  const file = join(directory, 'kubeconfig');
  writeFileSync(file, kubeconfig(server));
  const close = async () => {
    await server.stop();
    rmSync(directory, { recursive: true });
  };
  return { server, client: new KubeClient({ kubeconfig: file }), close };
}
