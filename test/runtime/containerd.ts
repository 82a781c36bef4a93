/** containerd in a machine of its own, with the chain of plugins that the kubelet's node would have. */
import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { podAnnotationsCapability } from '../../common/cni.ts';
import { cluster } from '../support/chain.ts';
import type { Lab } from '../support/lab.ts';
import type { Netns } from '../support/netns.ts';
import { type Condition, Cri } from './cri.ts';
import { image, imageArchive, makeImage } from './image.ts';
import { Machine } from './machine.ts';

/** The repository, inside the machine: see machine.sh. */
export const repository = '/mnt';

/** Made by `make image`. */
const ownArchive = 'build/multivrf-image.tar';

const config = `
version = 3
[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = '${image}'
[plugins.'io.containerd.cri.v1.runtime']
# Without CAP_SYS_RESOURCE, as in a container, runc may not lower the score and fails.
restrict_oom_score_adj = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dir = '/run/cni/bin'
conf_dir = '/run/cni/net.d'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
runtime_type = 'io.containerd.runc.v2'
options = {BinaryName = '${repository}/test/runtime/runc.sh', SystemdCgroup = false}
`;

/** How the chain of plugins is configured. */
export interface ChainOptions {
  /** Default 1.0.0. */
  cniVersion?: '1.0.0' | '1.1.0';
  /** With an entry of multivrf's that has this as well; without, as the cluster's plugin writes it. */
  conf?: Record<string, unknown>;
}

function conflist({ cniVersion = '1.0.0', conf }: ChainOptions): object {
  const ipam = {
    type: 'host-local',
    ranges: [[{ subnet: '10.88.0.0/16' }], [{ subnet: 'fd88::/64' }]],
    routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0' }],
  };
  const plugins = [
    { type: 'bridge', bridge: cluster.bridge, isGateway: true, ipam },
    ...(conf ? [{ type: 'multivrf', capabilities: { [podAnnotationsCapability]: true }, ...conf }] : []),
  ];
  return { cniVersion, name: 'cluster', plugins };
}

/** The runtime and its machine. */
export class Containerd {
  readonly machine: Machine;
  readonly cri: Cri;

  private constructor(machine: Machine, cri: Cri) {
    this.machine = machine;
    this.cri = cri;
  }

  /** Starts it in network namespace `node`, with the programs of the root file system given. */
  static async start(lab: Lab, node: Netns, root: string, chain: ChainOptions = {}): Promise<Containerd> {
    if (!existsSync(resolve(import.meta.dirname, '../..', ownArchive))) throw new Error(`no ${ownArchive}: make image`);
    const machine = new Machine(lab, node, root);
    const at = (name: string) => join(machine.run, name);
    for (const name of ['cni/bin', 'cni/net.d', 'containerd']) mkdirSync(at(name), { recursive: true });
    for (const name of ['loopback', 'bridge', 'host-local']) symlinkSync(`/usr/lib/cni/${name}`, at(`cni/bin/${name}`));
    writeFileSync(at('containerd.toml'), config);
    await makeImage(machine.run, root);
    const cri = new Cri(at('containerd/containerd.sock'), join(root, 'usr/share/cri/api.proto'));
    const containerd = new Containerd(machine, cri);
    containerd.writeConflist(chain);
    try {
      await machine.start();
      await cri.ready();
      for (const archive of [`/run/${imageArchive}`, `${repository}/${ownArchive}`]) {
        await machine.exec('ctr', '--namespace', 'k8s.io', 'images', 'import', archive);
      }
      return containerd;
    } catch (error) {
      await containerd.stop();
      throw error;
    }
  }

  /** Puts another conflist in place of the one there; containerd takes it up a moment later. */
  writeConflist(chain: ChainOptions): void {
    const path = join(this.machine.run, 'cni/net.d/10-cluster.conflist');
    writeFileSync(`${path}.new`, JSON.stringify(conflist(chain)));
    renameSync(`${path}.new`, path);
  }

  /** Waits until the chain has multivrf in it, also for the runtime, which takes up a change by itself. */
  async chained(): Promise<void> {
    const end = Date.now() + 10_000;
    let chain = '';
    while (!/"type": ?"multivrf"/.test(chain)) {
      if (Date.now() > end) throw new Error(`multivrf is not in the chain: ${chain}`);
      await sleep(50);
      chain = (await this.cri.call('Status', { verbose: true })).info.cniconfig;
    }
  }

  /** What the kubelet is told about the node's network. */
  async networkReady(): Promise<Condition> {
    const { status } = await this.cri.call('Status', { verbose: false });
    const found = status.conditions.find(({ type }) => type === 'NetworkReady');
    if (!found) throw new Error(`containerd says nothing of the network: ${JSON.stringify(status.conditions)}`);
    return found;
  }

  /** Ends it with all pods. */
  async stop(): Promise<void> {
    this.cri.close();
    await this.machine.stop();
  }
}
