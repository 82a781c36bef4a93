/**
 * VRFs from the Kubernetes API, and the labels of this node, which decide about their uplinks. What was known last outlives an
 * outage of the API, and a restart of the agent in it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { apiPath, apiVersion } from '../api/api-version.ts';
import type { Vrf } from '../api/vrf.ts';
import type { KubeClient } from '../kube/client.ts';
import { Informer } from '../kube/informer.ts';
import { Reach } from '../kube/reach.ts';
import { type SeenVrf, seenVrf } from '../kube/vrf-object.ts';
import { KnownStore } from '../state/known.ts';
import { byAge, type Definition, definitionFile, readDefinition } from './kubernetes-vrf.ts';
import { Publisher } from './publisher.ts';
import { difference, nextVrfSet, type VrfSet } from './vrf-set.ts';
import type { SourceProblem, Unavailable, VrfSource } from './vrf-source.ts';

type Labels = Readonly<Record<string, string>>;

export interface KubernetesOptions {
  client: KubeClient;
  /** Tells an outage of the API once for all who ask it. */
  reach?: Reach;
  /** Of this node's Node object. */
  nodeName: string;
  /** Labels that count besides those of the Node, and before them. */
  labels: Labels;
  /** Directory for what was known last. */
  directory: string;
  /** Milliseconds to wait for the API at the start; then what was known last has to do. */
  patience?: number;
}

export interface KubernetesSource extends VrfSource {
  /** Those of the node at the moment; none before they are known, and then there is no VRF either. */
  labels(): Labels;
  /** Of all definitions there are, in force or not; undefined before they were listed. */
  names(): string[] | undefined;
  /** Status and finalizers of a VRF, as the watch has them. */
  seen(name: string): SeenVrf | undefined;
  /** Whether the API can be reached. */
  readonly reach: Reach;
}

const whatVrfs = 'VRFs';
const whatNode = 'Node';

/** Never throws because of the API; a CniError (ioFailure) when `directory` cannot be used. */
export async function openKubernetes(options: KubernetesOptions, log: Logger): Promise<KubernetesSource> {
  const { client, nodeName } = options;
  const known = new KnownStore(options.directory, nodeName);
  for (const { file, reason } of known.unreadable) log.warn({ file, reason }, 'what was known last is unreadable');
  const publisher = new Publisher(log);
  const { reach = new Reach(client.server, log, true) } = options;
  let labels: Labels | undefined = known.labels();
  let set: VrfSet = new Map(
    known.vrfs().map((vrf) => [vrf.metadata.name, { file: definitionFile(vrf.metadata.name), vrf }]),
  );
  const inForce = () => (labels === undefined ? [] : [...set.values()].map(({ vrf }) => vrf));

  const refresh = () => {
    const node = nodeInformer.get(nodeName);
    const nextLabels = node ? { ...node.labels, ...options.labels } : labels;
    if (nextLabels === undefined || !vrfInformer.isSynced) return;
    const definitions = vrfInformer.list().sort(byAge);
    const next = nextVrfSet(set, new Map(definitions.map(({ file, text }) => [file, text])));
    publisher.report([...definitions.flatMap(({ text }) => text.problems), ...next.problems]);
    const before = labels === undefined ? new Map() : set;
    set = isDeepStrictEqual(labels, nextLabels) ? next.set : renewed(next.set);
    labels = nextLabels;
    save();
    publisher.publish(difference(before, set));
  };
  const save = () => {
    try {
      known.save(inForce(), { ...labels });
    } catch (error) {
      log.error({ error: (error as Error).message }, 'VRFs are not kept for a start without the API');
    }
  };

  // Apart from the definitions, which are others only when their specs are.
  const seen = new Map<string, SeenVrf>();
  const common = { client, reach, log, changed: refresh };
  const vrfInformer: Informer<Definition> = new Informer({
    ...common,
    what: whatVrfs,
    path: `${apiPath}/vrfs`,
    // Items of a list may lack their type.
    keep(object, before: Definition | undefined) {
      seen.set(object.metadata.name, seenVrf(object));
      return readDefinition({ ...vrfType, ...object }, before);
    },
  });
  const nodeInformer: Informer<{ labels: Labels }> = new Informer({
    ...common,
    what: whatNode,
    path: '/api/v1/nodes',
    query: { fieldSelector: `metadata.name=${nodeName}` },
    keep: ({ metadata }, before: { labels: Labels } | undefined) =>
      before && isDeepStrictEqual(before.labels, metadata.labels ?? {}) ? before : { labels: metadata.labels ?? {} },
  });

  const outage = (): string | undefined =>
    reach.outage ?? (vrfInformer.isSynced ? undefined : `${client.server} has not answered yet`);
  const missing = (): SourceProblem[] => {
    const failure = reach.failing(whatVrfs) ?? reach.failing(whatNode);
    if (failure !== undefined) return [{ file: 'the Kubernetes API', message: failure }];
    if (nodeInformer.isSynced && !nodeInformer.get(nodeName))
      return [{ file: `Node ${nodeName}`, message: 'does not exist; name this node by --node-name or NODE_NAME' }];
    return [];
  };
  const unavailable = (): Unavailable | undefined => {
    if (labels !== undefined && (vrfInformer.isSynced || set.size > 0)) return undefined;
    const [problem] = missing();
    const reason = problem ? `${problem.file}: ${problem.message}` : `${client.server} has not answered yet`;
    return { message: `the VRFs are not known: ${reason}`, advice: 'until they are, no pod can be attached' };
  };

  await Promise.race([
    Promise.all([vrfInformer.synced, nodeInformer.synced]),
    new Promise((wake) => setTimeout(wake, options.patience ?? 1000).unref()),
  ]);
  const late = unavailable();
  if (late) log.error(late, late.message);
  else if (!vrfInformer.isSynced)
    log.warn({ vrfs: [...set.keys()], outage: outage() }, 'starting with the VRFs that were known last');
  reach.open(late !== undefined || !vrfInformer.isSynced);
  return {
    get: (name) => (labels === undefined ? undefined : set.get(name)?.vrf),
    list: () => inForce().sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)),
    problems: () => [...missing(), ...publisher.problems],
    unavailable,
    outage,
    verdict(name) {
      const definition = vrfInformer.get(name);
      if (!definition) return undefined;
      const { file, generation, isDeleted } = definition;
      const own = publisher.problems.filter((problem) => problem.file === file);
      const words = own.map(({ field, message }) => [field, message].filter(Boolean).join(': '));
      return { generation, isDeleted, invalid: words.length > 0 ? words.join('; ') : undefined };
    },
    seen: (name) => (vrfInformer.get(name) ? seen.get(name) : undefined),
    names: () => (vrfInformer.isSynced ? vrfInformer.list().map(({ name }) => name) : undefined),
    reach,
    labels: () => labels ?? {},
    onChange: (listener) => publisher.listen(listener),
    close() {
      vrfInformer.stop();
      nodeInformer.stop();
      publisher.close();
    },
  };
}

const vrfType = { apiVersion, kind: 'VRF' };

/** With other labels a VRF with a nodeSelector may mean another uplink, and is another object. */
function renewed(set: VrfSet): VrfSet {
  const selective = ({ spec }: Vrf) => spec.uplinks.some(({ nodeSelector }) => nodeSelector !== undefined);
  return new Map(
    [...set].map(([name, { file, vrf }]) => [name, { file, vrf: selective(vrf) ? structuredClone(vrf) : vrf }]),
  );
}
