/** What the agent may do in the API, by the manifests; the tests' server grants everything. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { LoggedRequest } from '../support/api-server/request-log.ts';

interface Rule {
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}

interface Role {
  kind: string;
  metadata: { name: string };
  rules: Rule[];
}

const manifest = join(import.meta.dirname, '../../manifests/base/rbac.yaml');

/** A list or watch is of one object, for RBAC, if it selects by that field and no other. */
const selected = /^metadata\.name=([^,]+)$/;

function grants({ resources, verbs, resourceNames }: Rule, { verb, resource, name, query }: LoggedRequest): boolean {
  if (!resources.includes(resource) || !verbs.includes(verb)) return false;
  const [, one] = selected.exec(new URLSearchParams(query).get('fieldSelector') ?? '') ?? [];
  return resourceNames === undefined || resourceNames.includes(name ?? one ?? '');
}

/** Throws an error that names every request for which multivrf-agent's ClusterRole, and its Role, lack a rule. */
export function refuseUngranted(requests: readonly LoggedRequest[]): void {
  const documents = parseAllDocuments(readFileSync(manifest, 'utf8')).map((one) => one.toJS() as Role);
  const rules = documents
    .filter(({ kind, metadata }) => kind.endsWith('Role') && metadata.name === 'multivrf-agent')
    .flatMap((role) => role.rules);
  const lacking = requests.filter((request) => !rules.some((rule) => grants(rule, request)));
  const words = new Set(lacking.map(({ verb, resource, name }) => [verb, resource, name].filter(Boolean).join(' ')));
  if (words.size > 0) throw new Error(`the agent's roles do not grant: ${[...words].join(', ')}`);
}
