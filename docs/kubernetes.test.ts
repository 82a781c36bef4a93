/** kubernetes.md is followed by people who have nothing but it: what it tells them to type and to look for exists. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { kinds } from '../scripts/manifests/kinds.ts';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(resolve(root, file), 'utf8');
const page = read('docs/kubernetes.md');

/** Lines to type, without their remarks, and what they print. */
const lines = page
  .split('\n')
  .filter((line) => line.startsWith('    '))
  .map((line) => line.replace(/ +#.*/, '').trim());

/** What stands between backticks. */
const quoted = [...page.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!);

const all = (pattern: RegExp, text: string) => [...text.matchAll(pattern)].map(([, found]) => found!);

const objects = globSync('manifests/{base,uninstall,examples}/**/*.yaml', { cwd: root }).flatMap((file) =>
  parseAllDocuments(read(file)).map((document) => document.toJS()),
);
const named = (kind: string) =>
  objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name as string);

const missing = (claimed: readonly string[], known: readonly string[]) => claimed.filter((one) => !known.includes(one));

test('every file and directory of the repository that it names exists', () => {
  const paths = [...lines.flatMap((line) => line.split(/[ :;]/)), ...quoted]
    .filter((word) => /^(agent|docs|manifests|scripts|test)\/[\w.*/-]+$/.test(word))
    .filter((path) => globSync(path, { cwd: root }).length === 0);
  expect(paths).toEqual([]);
  const links = all(/\]\(([^)#:]+)(?:#[^)]*)?\)/g, page).filter((to) => !existsSync(resolve(root, 'docs', to)));
  expect(links).toEqual([]);
});

test('every heading that it links to exists', () => {
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
  const anchors = [...page.matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)].filter(
    ([, file, anchor]) =>
      !all(/^#+ (.*)$/gm, file ? read(`docs/${file}`) : page)
        .map(slug)
        .includes(anchor!),
  );
  expect(anchors).toEqual([]);
});

test('kubectl is given resources, namespaces and workloads that there are', () => {
  const commands = lines.filter((line) => line.startsWith('kubectl ')).join('\n') + quoted.join('\n');
  const ours = kinds.flatMap(({ plural, kind, shortNames }) => [plural, kind.toLowerCase(), ...shortNames]);
  const resources = all(/kubectl (?:-n \S+ )?(?:get|delete|describe) ([a-z]\S*)/g, commands);
  expect(resources.length).toBeGreaterThan(5);
  expect(missing(resources, [...ours, 'pod', 'pods'])).toEqual([]);
  expect(missing(all(/ -n (\S+)/g, commands), named('Namespace'))).toEqual([]);
  expect(missing(all(/ daemonset\/(\S+)/g, commands), named('DaemonSet'))).toEqual([]);
});

test.each(kinds)('what it shows of $plural has the columns of the CRD', ({ plural, columns, shortNames }) => {
  const shown = columns.filter(({ priority = 0 }) => priority === 0).map(({ name }) => name.toUpperCase());
  const at = lines.findIndex((line) => [plural, ...shortNames].some((name) => line.startsWith(`kubectl get ${name}`)));
  const [, head, example] = lines.slice(at);
  expect(head?.split(/ {2,}/)).toEqual(['NAME', ...shown]);
  expect(example?.split(/ {2,}/)).toHaveLength(shown.length + 1);
});

test('every option of our commands and every make target that it names exists', () => {
  const options = globSync('{agent,cli}/**/*.ts', { cwd: root }).flatMap((file) =>
    all(/^ +'?([a-z][a-z-]+)'?: \{/gm, read(file)),
  );
  // kubectl's and others' stand in commands of theirs.
  const claimed = quoted.filter((text) => text.startsWith('--') || text.startsWith('multivrfctl'));
  const foreign = ['field-selector', 'namespace'];
  expect(missing(all(/--([a-z-]+)/g, claimed.join(' ')), [...options, ...foreign])).toEqual([]);
  expect(missing(all(/^make (\S+)/gm, lines.join('\n')), all(/^([a-z]+):/gm, read('Makefile')))).toEqual([]);
});

test('every role, policy and reason that it explains is one of the manifests or of the code', () => {
  const told = (what: string) => all(new RegExp(`${what} \`([a-z-]+)\``, 'g'), page);
  expect(missing(told('ClusterRole'), named('ClusterRole'))).toEqual([]);
  expect(missing(told('policy'), named('ValidatingAdmissionPolicy'))).toEqual([]);
  const code = globSync('agent/{kube,server}/*.ts', { cwd: root }).map(read).join('\n');
  const reasons = [
    ...all(/why not \(([\w, ]+)\)/g, page)
      .join(', ')
      .split(', '),
    ...all(/(Attach\w+(?:ed|Failed))\b/g, page),
  ];
  expect(reasons.length).toBeGreaterThan(8);
  expect(reasons.filter((reason) => !code.includes(`'${reason}'`))).toEqual([]);
});

test('every limit that it gives is one of the schema', () => {
  const schema = read('manifests/base/crds/vrfs.yaml');
  const limits = all(/\b(\d+)\b/g, /Limits that only[^.]*\./.exec(page)![0]);
  expect(limits.filter((limit) => !schema.includes(`maxItems: ${limit}\n`))).toEqual([]);
});
