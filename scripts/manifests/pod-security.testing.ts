/**
 * The restricted Pod Security Standard, written from its reference:
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/ (version 1.36).
 */

interface SecurityContext {
  privileged?: boolean;
  allowPrivilegeEscalation?: boolean;
  runAsNonRoot?: boolean;
  runAsUser?: number;
  procMount?: string;
  seccompProfile?: { type: string };
  capabilities?: { drop?: string[]; add?: string[] };
  sysctls?: { name: string }[];
}

interface Container {
  name: string;
  securityContext?: SecurityContext;
  ports?: { hostPort?: number }[];
}

/** A pod's spec, as far as the standard looks at it. */
export interface PodSpec {
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  securityContext?: SecurityContext;
  initContainers?: Container[];
  containers: Container[];
  volumes?: Record<string, unknown>[];
}

const volumeTypes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

const sysctls = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];

const profiles = ['RuntimeDefault', 'Localhost'];

/** What of a pod the restricted standard refuses. */
export function restrictedProblems(pod: PodSpec): string[] {
  const host = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((key) => pod[key]);
  const volumes = (pod.volumes ?? []).filter((volume) => !volumeTypes.some((type) => type in volume));
  const unsafe = (pod.securityContext?.sysctls ?? []).filter(({ name }) => !sysctls.includes(name));
  return [
    ...host,
    ...volumes.map(({ name }) => `volume ${name}`),
    ...unsafe.map(({ name }) => `sysctl ${name}`),
    ...[...(pod.initContainers ?? []), ...pod.containers].flatMap((container) =>
      containerProblems(container, pod.securityContext ?? {}).map((problem) => `${container.name}: ${problem}`),
    ),
  ];
}

function containerProblems({ securityContext: own = {}, ports = [] }: Container, pod: SecurityContext): string[] {
  const effective = { ...pod, ...own };
  const claims: [boolean, string][] = [
    [own.privileged !== true, 'privileged'],
    [own.allowPrivilegeEscalation === false, 'allowPrivilegeEscalation'],
    [effective.runAsNonRoot === true, 'runAsNonRoot'],
    [effective.runAsUser !== 0, 'runAsUser'],
    [own.procMount === undefined || own.procMount === 'Default', 'procMount'],
    [profiles.includes(effective.seccompProfile?.type ?? ''), 'seccompProfile'],
    [own.capabilities?.drop?.includes('ALL') === true, 'capabilities.drop'],
    [(own.capabilities?.add ?? []).every((name) => name === 'NET_BIND_SERVICE'), 'capabilities.add'],
    [ports.every(({ hostPort }) => !hostPort), 'hostPort'],
  ];
  return claims.filter(([right]) => !right).map(([, problem]) => problem);
}
