/** Every generated file below manifests/, as text. */
import { stringify } from 'yaml';
import { crd } from './crd.ts';
import { kinds } from './kinds.ts';

const remark = '# Generated from agent/api/ by `make manifests`.\n';

/** Path, from the top of the repository, and text. */
export function generated(): Map<string, string> {
  const files = new Map<string, string>();
  for (const kind of kinds) {
    const text = remark + stringify(crd(kind), { lineWidth: 120, aliasDuplicateObjects: false });
    files.set(`manifests/base/crds/${kind.plural}.yaml`, text);
    files.set(`manifests/chart/crds/${kind.plural}.yaml`, text);
  }
  return files;
}
