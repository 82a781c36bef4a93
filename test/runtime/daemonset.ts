/** The containers of manifests/base/daemonset.yaml, as the kubelet would have them made. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import type { Mount } from './cri.ts';
import type { ContainerOptions } from './pod-config.ts';

interface Container {
  name: string;
  image: string;
  command: string[];
  args?: string[];
  /** Without a value: a field that the API server fills in, and there is none here. */
  env?: { name: string; value?: string }[];
  securityContext: { runAsUser: number; capabilities: { add?: string[] } };
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean; mountPropagation?: 'HostToContainer' }[];
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
}

interface Probe {
  exec: { command: string[] };
}

const { spec } = parse(readFileSync(resolve(import.meta.dirname, '../../manifests/base/daemonset.yaml'), 'utf8')).spec
  .template as { spec: { initContainers: Container[]; containers: Container[]; volumes: Volume[] } };

interface Volume {
  name: string;
  /** Absent of an emptyDir. */
  hostPath?: { path: string };
}

/** This machine's root is read-only: as on a distribution that has its CNI elsewhere, the volumes' paths are others. */
const elsewhere: Record<string, string> = { '/opt/cni/bin': '/run/cni/bin', '/etc/cni/net.d': '/run/cni/net.d' };

/** The kubelet makes a directory for each emptyDir; here it is one below /run, which the runtime makes. */
const hostPaths = new Map(
  spec.volumes.map(({ name, hostPath: { path } = { path: `/run/volumes/${name}` } }) => [
    name,
    elsewhere[path] ?? path,
  ]),
);

/** What all have in common is asserted of the DaemonSet by manifests.test.ts; see `containerConfig` for it. */
function options({ name, image, command, args = [], env, securityContext, volumeMounts }: Container): ContainerOptions {
  return {
    name,
    image,
    command: [...command, ...args],
    variables: variables(env),
    uid: securityContext.runAsUser,
    capabilities: securityContext.capabilities.add ?? [],
    mounts: volumeMounts.map(mount),
  };
}

function variables(env: Container['env'] = []): Record<string, string> {
  return Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
}

function mount({ name, mountPath, readOnly = false, mountPropagation }: Container['volumeMounts'][number]): Mount {
  return {
    hostPath: hostPaths.get(name)!,
    containerPath: mountPath,
    readonly: readOnly,
    ...(mountPropagation ? { propagation: 'PROPAGATION_HOST_TO_CONTAINER' } : {}),
  };
}

const [init, sidecar] = spec.initContainers;
const [main] = spec.containers;

/** The init container. */
export const installer = options(init!);

/** What keeps plugin and entry in place beside the agent. */
export const keeper = options(sidecar!);

/** The agent. */
export const agent = options(main!);

/** Commands that tell whether it has started, is ready, and lives. */
export const probes = [main!.startupProbe, main!.readinessProbe, main!.livenessProbe].map(
  (probe) => probe!.exec.command,
);
