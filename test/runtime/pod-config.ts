/** Pods and containers as their users describe them, in the words of the CRI. */
import { attachAnnotation } from '../../common/cni.ts';
import type { ContainerConfig, Mount, NamespaceOptions, PodSandboxConfig } from './cri.ts';
import { image as sandboxImage } from './image.ts';

/** What distinguishes a pod. */
export interface PodOptions {
  /** Value of the annotation `multivrf.dev/attach`. */
  attach?: string;
  /** In the node's network namespace: the CNI is not asked. */
  hostNetwork?: boolean;
  /** Of its network namespace. */
  sysctls?: Record<string, string>;
}

/** What distinguishes a container; see {@link containerConfig} for what all have in common. */
export interface ContainerOptions {
  name: string;
  /** Default: the sandbox's. */
  image?: string;
  command: readonly string[];
  /** Of the environment, besides what the image has. */
  variables?: Readonly<Record<string, string>>;
  mounts: readonly Mount[];
  /** Its gid, too. */
  uid: number;
  /** All others are dropped. */
  capabilities?: readonly string[];
}

/** A pod in Kubernetes namespace `bgp`. */
export function sandboxConfig(
  name: string,
  { attach, hostNetwork = false, sysctls = {} }: PodOptions,
): PodSandboxConfig {
  return {
    metadata: { name, uid: `uid-of-${name}`, namespace: 'bgp' },
    annotations: attach === undefined ? {} : { [attachAnnotation]: attach },
    logDirectory: `/run/logs/${name}`,
    // The machine has no resolv.conf to be copied.
    dnsConfig: { servers: ['192.0.2.53'] },
    linux: {
      cgroupParent: '/pods',
      sysctls,
      securityContext: { namespaceOptions: { network: hostNetwork ? 'NODE' : 'POD', pid: 'CONTAINER' } },
    },
  };
}

/** A container with a read-only root, the runtime's seccomp profile and no_new_privs. */
export function containerConfig(
  { name, image = sandboxImage, command, variables = {}, mounts, uid, capabilities = [] }: ContainerOptions,
  namespaceOptions: NamespaceOptions,
): ContainerConfig {
  return {
    metadata: { name },
    image: { image },
    command,
    envs: Object.entries(variables).map(([key, value]) => ({ key, value: Buffer.from(value) })),
    mounts,
    logPath: `${name}.log`,
    linux: {
      securityContext: {
        namespaceOptions,
        capabilities: { addCapabilities: capabilities, dropCapabilities: ['ALL'] },
        runAsUser: { value: uid },
        runAsGroup: { value: uid },
        readonlyRootfs: true,
        noNewPrivs: true,
        seccomp: { profileType: 'RuntimeDefault' },
      },
    },
  };
}
