/** Services that listen on the wildcard address, as a kubelet or a careless program in a pod does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Netns } from '../../test/support/netns.ts';

/** The kubelet's port on the node, a common one in the pods. */
export const ports = { node: 10250, pod: 8080 } as const;

/** Starts a service at every address of both families; it ends with us. */
export async function listenEverywhere(netns: Netns, port: number): Promise<void> {
  const [nsenter = '', ...words] = netns.enter;
  const program = `require('node:net').createServer((c) => c.destroy()).listen(${port}, '::', () => console.log('ready'))`;
  const command = [...words, 'setpriv', '--pdeathsig=KILL', process.execPath, '-e', program];
  const service = spawn(nsenter, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  service.unref();
  const ended = once(service, 'exit').then(() => {
    throw new Error(`the service on port ${port} of ${netns.name} ended`);
  });
  ended.catch(() => {});
  await Promise.race([once(service.stdout, 'data'), ended]);
  service.stdout.destroy();
}
