/** A client of the CRI, the interface through which the kubelet drives a container runtime. */
import { Client, credentials, Metadata, type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** Of a call, in milliseconds. */
const deadline = 60_000;

/** Calls that this client knows: as far as we use them, what goes in (camelCase, omitted fields are the defaults) and what comes out. */
interface Calls {
  /** `cniconfig`: the chain that the runtime goes by, as JSON. */
  Status: [{ verbose: boolean }, { status: { conditions: Condition[] }; info: { cniconfig: string } }];
  RunPodSandbox: [{ config: PodSandboxConfig }, { podSandboxId: string }];
  PodSandboxStatus: [{ podSandboxId: string; verbose: true }, { info: { info: string } }];
  StopPodSandbox: [{ podSandboxId: string }, unknown];
  RemovePodSandbox: [{ podSandboxId: string }, unknown];
  ListPodSandbox: [object, { items: { id: string }[] }];
  CreateContainer: [
    { podSandboxId: string; config: ContainerConfig; sandboxConfig: PodSandboxConfig },
    { containerId: string },
  ];
  StartContainer: [{ containerId: string }, unknown];
  /** `timeout`: seconds from SIGTERM to SIGKILL. */
  StopContainer: [{ containerId: string; timeout: number }, unknown];
  ContainerStatus: [
    { containerId: string; verbose: true },
    { status: { state: string; exitCode: number }; info: { info: string } },
  ];
  RemoveContainer: [{ containerId: string }, unknown];
  ExecSync: [
    { containerId: string; cmd: readonly string[]; timeout: number },
    { stdout: Buffer; stderr: Buffer; exitCode: number },
  ];
}

/** What the kubelet makes its node's conditions of. */
export interface Condition {
  type: string;
  status: boolean;
  reason: string;
  message: string;
}

/** A pod, as the kubelet describes it. */
export interface PodSandboxConfig {
  metadata: { name: string; uid: string; namespace: string };
  annotations: Record<string, string>;
  logDirectory: string;
  dnsConfig: { servers: readonly string[] };
  linux: {
    cgroupParent: string;
    sysctls: Record<string, string>;
    securityContext: { namespaceOptions: NamespaceOptions };
  };
}

/** Whose namespaces a container is in. */
export interface NamespaceOptions {
  network: 'POD' | 'NODE';
  pid: 'CONTAINER';
}

/** A directory or file of the node in a container. */
export interface Mount {
  hostPath: string;
  containerPath: string;
  readonly?: boolean;
  propagation?: 'PROPAGATION_HOST_TO_CONTAINER';
}

/** A container, as the kubelet describes it. */
export interface ContainerConfig {
  metadata: { name: string };
  image: { image: string };
  command: readonly string[];
  envs: readonly { key: string; value: Buffer }[];
  mounts: readonly Mount[];
  logPath: string;
  linux: {
    securityContext: {
      namespaceOptions: NamespaceOptions;
      capabilities: { addCapabilities: readonly string[]; dropCapabilities: readonly string[] };
      runAsUser: { value: number };
      runAsGroup: { value: number };
      readonlyRootfs: boolean;
      noNewPrivs: boolean;
      seccomp: { profileType: 'RuntimeDefault' };
    };
  };
}

/** A connection to the runtime. */
export class Cri {
  readonly #client: Client;
  readonly #service: ServiceDefinition;

  /** `definition`: path of the CRI's api.proto, version 1. */
  constructor(socket: string, definition: string) {
    // Enumerations by name, bytes as Buffer; numbers of 64 bits are small enough here.
    const packages = loadSync(definition, { enums: String, longs: Number, defaults: true });
    this.#service = packages['runtime.v1.RuntimeService'] as ServiceDefinition;
    this.#client = new Client(`unix:${socket}`, credentials.createInsecure());
  }

  /** Waits until the runtime serves. */
  ready(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#client.waitForReady(Date.now() + deadline, (error) => (error ? reject(error) : resolve()));
    return promise;
  }

  /** One call; what the runtime refuses is an error with its text in `details`. */
  call<M extends keyof Calls>(method: M, request: Calls[M][0]): Promise<Calls[M][1]> {
    const { path, requestSerialize, responseDeserialize } = this.#service[method]!;
    const { promise, resolve, reject } = Promise.withResolvers<Calls[M][1]>();
    const options = { deadline: Date.now() + deadline };
    this.#client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      new Metadata(),
      options,
      (error, response) => (error ? reject(error) : resolve(response as Calls[M][1])),
    );
    return promise;
  }

  /** Ends the connection. */
  close(): void {
    this.#client.close();
  }
}
