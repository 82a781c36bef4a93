/** What the agent may do in the API, by the manifests; the tests' server grants everything. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { LoggedRequest } from '../support/api-server/request-log.ts';

interface ClusterRole {
  kind: string;
  metadata: { name: string };
  rules: { resources: string[]; verbs: string[] }[];
}

const manifest = join(import.meta.dirname, '../../manifests/base/rbac.yaml');

/** Throws an error that names every request for which multivrf-agent's ClusterRole lacks a rule. */
export function refuseUngranted(requests: readonly LoggedRequest[]): void {
  const documents = parseAllDocuments(readFileSync(manifest, 'utf8')).map((one) => one.toJS() as ClusterRole);
  const role = documents.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === 'multivrf-agent');
  const granted = new Set(
    role?.rules.flatMap(({ resources, verbs }) => resources.flatMap((one) => verbs.map((verb) => `${verb} ${one}`))),
  );
  const asked = new Set(requests.map(({ verb, resource }) => `${verb} ${resource}`));
  const lacking = [...asked].filter((one) => !granted.has(one));
  if (lacking.length > 0) throw new Error(`the ClusterRole does not grant: ${lacking.join(', ')}`);
}
