/** The Helm chart: the manifests of manifests/base, with what users set taken out as values. */
import { type Document, parseAllDocuments, stringify } from 'yaml';

/** A value of the chart: what it is called, what it is for, and where in the DaemonSet it stands. */
interface Value {
  name: string;
  comment: string;
  paths: (string | number)[][];
}

const pod = ['spec', 'template', 'spec'];

/** In the order of values.yaml. The defaults are what stands in the base. */
const values: Value[] = [
  {
    name: 'image',
    comment: ' Agent, plugin and multivrfctl.',
    paths: [
      [...pod, 'initContainers', 0, 'image'],
      [...pod, 'initContainers', 1, 'image'],
      [...pod, 'containers', 0, 'image'],
    ],
  },
  { name: 'nodeSelector', comment: ' Nodes with customers’ networks.', paths: [[...pod, 'nodeSelector']] },
  { name: 'tolerations', comment: ' Wherever pods with VRFs may run.', paths: [[...pod, 'tolerations']] },
  { name: 'resources', comment: ' Of the agent.', paths: [[...pod, 'containers', 0, 'resources']] },
  { name: 'logLevel', comment: ' debug, info, warn or error.', paths: [] },
];

const logOption = '--log-level=';

/** Name of the namespace in the base; in the chart a value. */
const namespace = 'multivrf-system';

/** Texts of the chart's files, by path in the chart, from the texts of the base by name. */
export function chart(base: ReadonlyMap<string, string>, version: string): Map<string, string> {
  const files = new Map<string, string>([
    ['Chart.yaml', remark + stringify(about(version))],
    ['values.yaml', remark + valuesText(daemonSet(base))],
  ]);
  for (const [name, text] of base) {
    const templated = name === 'daemonset.yaml' ? templateDaemonSet(daemonSet(base)) : text;
    files.set(`templates/${name}`, remark + templated.replaceAll(namespace, '{{ .Values.namespace }}'));
  }
  return files;
}

const remark = '# Generated from manifests/base by `make manifests`.\n';

const about = (version: string) => ({
  apiVersion: 'v2',
  name: 'multivrf',
  description: 'A second interface inside a customer’s VRF for an ordinary, unprivileged pod',
  type: 'application',
  version,
  appVersion: version,
  // What the rules of the CRDs need (agent/api/cel-rule.ts).
  kubeVersion: '>=1.32.0-0',
});

const daemonSet = (base: ReadonlyMap<string, string>): Document.Parsed =>
  parseAllDocuments(base.get('daemonset.yaml')!)[0] as Document.Parsed;

function logLevel(document: Document.Parsed): string {
  const args = document.toJS().spec.template.spec.containers[0].args as string[];
  return args.find((arg) => arg.startsWith(logOption))!.slice(logOption.length);
}

function valuesText(document: Document.Parsed): string {
  const text = values.map(({ name, comment, paths: [path] }) => {
    const value = path ? pick(document.toJS(), path) : logLevel(document);
    return `#${comment}\n${stringify({ [name]: value })}`;
  });
  return `# Where the agent runs. It is made with its Pod Security Standard.\nnamespace: ${namespace}\n${text.join('')}`;
}

const pick = (object: unknown, path: (string | number)[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], object);

function templateDaemonSet(document: Document.Parsed): string {
  const level = logLevel(document);
  const scalars = new Set<string>();
  for (const { name, paths } of values) {
    for (const path of paths) {
      if (typeof pick(document.toJS(), path) === 'string') scalars.add(name);
      document.setIn(path, `VALUE-${name}`);
    }
  }
  return document
    .toString({ lineWidth: 120, flowCollectionPadding: false })
    .replace(`${logOption}${level}`, `${logOption}{{ .Values.logLevel }}`)
    .replace(/^( *)(.*): VALUE-(\w+)$/gm, (_line, indent: string, key: string, name: string) =>
      scalars.has(name)
        ? `${indent}${key}: {{ .Values.${name} }}`
        : `${indent}${key}: {{- toYaml .Values.${name} | nindent ${indent.length + 2} }}`,
    );
}
