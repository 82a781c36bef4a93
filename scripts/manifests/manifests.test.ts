/** The manifests are those of this version, and give the agent what it needs and no more. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { isMap, isSeq, parse, parseAllDocuments, stringify } from 'yaml';
import { generated } from './generated.ts';
import { kinds } from './kinds.ts';

const read = (path: string) => readFileSync(path, 'utf8');

const objects = (text: string) => parseAllDocuments(text).map((document) => document.toJS());

const base = (name: string) => objects(read(`manifests/base/${name}`));

describe('what is generated', () => {
  test.each([...generated()])('%s is up to date (`make manifests`)', (path, text) => {
    expect(read(path)).toBe(text);
  });

  test('is all there is', () => {
    const found = globSync('manifests/{base/crds,chart}/**/*.yaml');
    expect(found.sort()).toEqual([...generated().keys()].sort());
  });
});

test('the base applies every file in it', () => {
  const files = globSync('**/*.yaml', { cwd: 'manifests/base' }).filter((name) => name !== 'kustomization.yaml');
  expect(parse(read('manifests/base/kustomization.yaml')).resources.sort()).toEqual(files.sort());
});

describe('the chart', () => {
  /** What Helm makes of the two actions that the generator writes: `{{-` takes the white space before it, nindent begins a line. */
  const render = (text: string, values: Record<string, unknown>) => {
    const rendered = text
      .replace(/\s*\{\{- toYaml \.Values\.(\w+) \| nindent (\d+) \}\}/g, (_all, name, indent) =>
        `\n${stringify(values[name]).trimEnd()}`.replaceAll('\n', `\n${' '.repeat(Number(indent))}`),
      )
      .replace(/\{\{ \.Values\.(\w+) \}\}/g, (_all, name) => String(values[name]));
    expect(rendered).not.toContain('{{');
    return rendered;
  };

  const values = parse(read('manifests/chart/values.yaml'));

  test.each(['namespace.yaml', 'rbac.yaml', 'policy.yaml', 'daemonset.yaml'])(
    'makes of %s what the base has, unless told otherwise',
    (name) => {
      expect(objects(render(read(`manifests/chart/templates/${name}`), values))).toEqual(base(name));
    },
  );

  test('uses every value, and has each', () => {
    const used = globSync('manifests/chart/templates/*.yaml').flatMap((path) =>
      [...read(path).matchAll(/\.Values\.(\w+)/g)].map(([, name]) => name),
    );
    expect([...new Set(used)].sort()).toEqual(Object.keys(values).sort());
  });

  test.each([
    { nodeSelector: { rack: 'r1', 'a.b/c': 'true' }, tolerations: [{ key: 'k', operator: 'Equal', value: 'v' }] },
    { nodeSelector: {}, tolerations: [] },
  ])('puts %j of the user where the pods’ are', (own) => {
    const [daemonSet] = objects(render(read('manifests/chart/templates/daemonset.yaml'), { ...values, ...own }));
    const { nodeSelector, tolerations } = daemonSet.spec.template.spec;
    expect({ nodeSelector, tolerations }).toEqual(own);
  });
});

describe('the DaemonSet', () => {
  const { spec } = base('daemonset.yaml')[0].spec.template;
  const containers = [...spec.initContainers, ...spec.containers];

  test('is of this version', () => {
    const { version } = parse(read('package.json'));
    for (const { image } of containers) expect(image).toMatch(new RegExp(`:${version}$`));
  });

  test('shares the network namespace of the node and no other', () => {
    expect(spec).toMatchObject({ hostNetwork: true });
    expect(spec).not.toHaveProperty('hostPID');
    expect(spec).not.toHaveProperty('hostIPC');
    expect(spec.securityContext.seccompProfile).toEqual({ type: 'RuntimeDefault' });
  });

  test.each(containers.map((container) => [container.name, container]))(
    'gives container %s no power but NET_ADMIN, and a root that is read-only',
    (name, { securityContext }) => {
      expect(securityContext).toMatchObject({
        privileged: false,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(securityContext.capabilities.add).toEqual(name === 'agent' ? ['NET_ADMIN'] : undefined);
    },
  );

  test('is killed only for no answer, and taken for ready only by one that says so', () => {
    const [{ startupProbe, readinessProbe, livenessProbe }] = spec.containers;
    const alive = ['multivrfctl', 'status', '--alive'];
    expect([startupProbe, livenessProbe].map(({ exec }) => exec.command)).toEqual([alive, alive]);
    expect(readinessProbe.exec.command).toEqual(['multivrfctl', 'status']);
  });

  test('mounts what it has volumes for, in the place of the node’s own directory', () => {
    const paths = new Map(
      spec.volumes.map(({ name, hostPath }: { name: string; hostPath?: { path: string } }) => [name, hostPath?.path]),
    );
    for (const { volumeMounts } of containers) {
      for (const { name, mountPath } of volumeMounts) {
        expect(paths.has(name)).toBe(true);
        expect(paths.get(name) ?? mountPath).toBe(mountPath);
      }
    }
  });

  const [install, keep] = spec.initContainers;
  const [agent] = spec.containers;
  const mountsOf = ({ volumeMounts }: typeof agent) => volumeMounts.map(({ name }: { name: string }) => name);

  test('keeps NET_ADMIN apart from what the node executes as root', () => {
    expect(containers.filter((one) => mountsOf(one).includes('cni-bin'))).toEqual([install, keep]);
  });

  test('ends `keep` after the agent, which leaves it word in a volume of this pod alone', () => {
    expect(keep).toMatchObject({ restartPolicy: 'Always', command: expect.arrayContaining(['keep']) });
    const [{ mountPath }] = agent.volumeMounts.filter(({ name }: { name: string }) => name === 'removal');
    for (const { args } of [keep, agent]) expect(args).toContain(`--removal-note=${mountPath}/note`);
    expect(keep.volumeMounts).toContainEqual({ name: 'removal', mountPath, readOnly: true });
    expect(spec.volumes.find(({ name }: { name: string }) => name === 'removal')).toHaveProperty('emptyDir');
  });
});

describe('the agent’s role', () => {
  const role = parseAllDocuments(read('manifests/base/rbac.yaml')).find(
    (document) => document.get('kind') === 'ClusterRole' && document.getIn(['metadata', 'name']) === 'multivrf-agent',
  )!;
  const { rules } = role.toJS() as { rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[] };

  test('has no wildcard, no secrets and nothing that makes roles or pods', () => {
    const text = JSON.stringify(rules);
    for (const word of ['*', 'secrets', 'rbac', 'impersonate', 'bind', 'escalate'])
      expect(text).not.toContain(`"${word}"`);
    const onPods = rules.filter(({ resources }) => resources.includes('pods')).flatMap(({ verbs }) => verbs);
    expect(onPods).toEqual(['get', 'list', 'watch']);
  });

  test('names every kind of ours, and none that there is not', () => {
    const named = rules
      .filter(({ apiGroups }) => apiGroups.includes('multivrf.dev'))
      .flatMap(({ resources }) => resources.map((name) => name.replace('/status', '')));
    expect([...new Set(named)]).toEqual(kinds.map(({ plural }) => plural));
  });

  test('reads of namespaces and DaemonSets none but its own', () => {
    const { metadata } = base('daemonset.yaml')[0];
    const own = base('rbac.yaml').find(({ kind }) => kind === 'Role');
    expect(own.metadata.namespace).toBe(metadata.namespace);
    expect(own.rules).toEqual([
      { apiGroups: ['apps'], resources: ['daemonsets'], resourceNames: [metadata.name], verbs: ['get'] },
    ]);
    const onNamespaces = rules.filter(({ resources }) => resources.includes('namespaces'));
    expect(onNamespaces).toMatchObject([{ resourceNames: [metadata.namespace], verbs: ['get', 'list', 'watch'] }]);
  });

  test('says of each rule what it is for', () => {
    const items = role.get('rules');
    if (!isSeq(items)) throw new Error('no rules');
    items.items.forEach((item, index) => {
      const comment = isMap(item) && (item.commentBefore ?? (index === 0 ? items.commentBefore : undefined));
      expect([index, comment]).toEqual([index, expect.stringMatching(/\w/)]);
    });
  });
});

test('removal takes away what installation put in, by the same directories', () => {
  const [{ spec }] = objects(read('manifests/uninstall/daemonset.yaml'));
  const [install] = base('daemonset.yaml')[0].spec.template.spec.initContainers;
  const [uninstall] = spec.template.spec.initContainers;
  expect(uninstall.volumeMounts).toEqual(install.volumeMounts);
  expect(uninstall.image).toBe(install.image);
  expect(uninstall.command).toEqual([...install.command.slice(0, -1), 'uninstall']);
});
