/** Every generated file below manifests/, as text. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { chart } from './chart.ts';
import { crd } from './crd.ts';
import { kinds } from './kinds.ts';

const root = resolve(import.meta.dirname, '../..');

const remark = '# Generated from agent/api/ by `make manifests`.\n';

/** Files of manifests/base that become templates. The CRDs go into the chart's folder crds/, which Helm installs first. */
const templates = ['namespace.yaml', 'rbac.yaml', 'policy.yaml', 'daemonset.yaml'];

/** Text by path from the top of the repository. */
export function generated(): Map<string, string> {
  const files = new Map<string, string>();
  for (const kind of kinds) {
    const text = remark + stringify(crd(kind), { lineWidth: 120, aliasDuplicateObjects: false });
    files.set(`manifests/base/crds/${kind.plural}.yaml`, text);
    files.set(`manifests/chart/crds/${kind.plural}.yaml`, text);
  }
  const base = new Map(templates.map((name) => [name, readFileSync(resolve(root, 'manifests/base', name), 'utf8')]));
  const { version } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
  for (const [name, text] of chart(base, version)) files.set(`manifests/chart/${name}`, text);
  return files;
}
