/** How kubectl learns what there is: discovery, and of OpenAPI v3 as much as says that the server validates fields itself. */
import { apiVersionOf, type Kind } from './kinds.ts';

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

const pathOf = ({ group, version }: Kind): string => (group === '' ? `api/${version}` : `apis/${group}/${version}`);

/** The answer to a GET of `path`; undefined where it is none of discovery. */
export function discovered(path: string, kinds: readonly Kind[]): object | undefined {
  const paths = [...new Set(kinds.map(pathOf))];
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(kinds) };
  if (path === '/openapi/v3') {
    return { paths: Object.fromEntries(paths.map((one) => [one, { serverRelativeURL: `/openapi/v3/${one}` }])) };
  }
  const served = paths.find((one) => path === `/${one}` || path === `/openapi/v3/${one}`);
  if (served === undefined) return undefined;
  const its = kinds.filter((kind) => pathOf(kind) === served);
  return path.startsWith('/openapi') ? schemaOf(served, its) : resourcesOf(its);
}

function groupsOf(kinds: readonly Kind[]): object[] {
  const named = new Map(kinds.filter(({ group }) => group !== '').map((kind) => [apiVersionOf(kind), kind]));
  return [...named].map(([groupVersion, { group, version }]) => {
    const one = { groupVersion, version };
    return { name: group, versions: [one], preferredVersion: one };
  });
}

function resourcesOf(kinds: readonly Kind[]): object {
  const resources = kinds.map(({ plural, kind, namespaced, shortNames = [] }) => ({
    name: plural,
    singularName: kind.toLowerCase(),
    namespaced,
    kind,
    verbs,
    shortNames,
  }));
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf(kinds[0]!), resources };
}

/** kubectl asks for nothing but whether a PATCH takes the parameter (k8s.io/cli-runtime, query_param_verifier_v3.go). */
function schemaOf(path: string, kinds: readonly Kind[]): object {
  const operations = kinds.map(({ group, version, kind, plural }) => {
    const parameters = [{ name: 'fieldValidation', in: 'query' }];
    const patch = { parameters, responses: {}, 'x-kubernetes-group-version-kind': { group, version, kind } };
    return [`/${path}/${plural}/{name}`, { patch }];
  });
  return { openapi: '3.0.0', info: { title: 'test', version: '1' }, paths: Object.fromEntries(operations) };
}
