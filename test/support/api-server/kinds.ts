/** The kinds that the API server serves, and the paths they are found under. */

/** One resource of one version, as a CustomResourceDefinition or the core API defines it. */
export interface Kind {
  /** Empty for the core API. */
  group: string;
  version: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  /** Whether it has the subresource `status`. */
  status: boolean;
  shortNames?: readonly string[];
}

export const pods: Kind = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  status: true,
};
export const nodes: Kind = { ...pods, kind: 'Node', plural: 'nodes', namespaced: false };
export const namespaces: Kind = { ...nodes, kind: 'Namespace', plural: 'namespaces' };
export const daemonSets: Kind = { ...pods, group: 'apps', kind: 'DaemonSet', plural: 'daemonsets' };
export const events: Kind = { ...pods, kind: 'Event', plural: 'events', status: false };
export const vrfs: Kind = {
  group: 'multivrf.dev',
  version: 'v1alpha1',
  kind: 'VRF',
  plural: 'vrfs',
  namespaced: false,
  status: true,
};
export const vrfAttachments: Kind = {
  ...vrfs,
  kind: 'VRFAttachment',
  plural: 'vrfattachments',
  namespaced: true,
  status: false,
};

export const vrfAddresses: Kind = { ...vrfs, kind: 'VRFAddress', plural: 'vrfaddresses', status: false };

/** `v1` or `GROUP/VERSION`. */
export const apiVersionOf = ({ group, version }: Kind): string => (group === '' ? version : `${group}/${version}`);

/** Whether a CustomResourceDefinition makes it, as all do whose group has a domain that is not Kubernetes' own. */
export const isCustom = ({ group }: Kind): boolean => group.includes('.') && !group.endsWith('.k8s.io');

/** As messages name it: `vrfs.multivrf.dev`, `pods`. */
export const qualified = ({ group, plural }: Kind): string => (group === '' ? plural : `${plural}.${group}`);

/** What a path names. Without `name`, the collection; without `namespace`, that of all namespaces. */
export interface Target {
  kind: Kind;
  namespace?: string;
  name?: string;
  subresource?: string;
}

const paths =
  /^\/(?:api\/(?<core>[^/]+)|apis\/(?<group>[^/]+)\/(?<version>[^/]+))(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>[^/]+))?$/;

/** Undefined where nothing is served. */
export function parsePath(path: string, kinds: readonly Kind[]): Target | undefined {
  const { core, group = '', version = core, namespace, plural, name, subresource } = paths.exec(path)?.groups ?? {};
  const kind = kinds.find((one) => one.group === group && one.version === version && one.plural === plural);
  if (!kind || (subresource !== undefined && !(subresource === 'status' && kind.status))) return undefined;
  // One object, or a collection to create in, is in a namespace or not; a list may be of all namespaces.
  if (kind.namespaced ? name !== undefined && namespace === undefined : namespace !== undefined) return undefined;
  return {
    kind,
    ...(namespace === undefined ? {} : { namespace: decodeURIComponent(namespace) }),
    ...(name === undefined ? {} : { name: decodeURIComponent(name) }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}
