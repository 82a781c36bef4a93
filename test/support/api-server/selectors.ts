/** Label and field selectors, as far as equality goes. */
import { badRequest } from './failure.ts';
import type { KubeObject } from './objects.ts';

export type Selector = (object: KubeObject) => boolean;

/** Fields that can be selected by; any other is refused, as for a custom resource without selectableFields. */
const fields: Record<string, (object: KubeObject) => unknown> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace,
  // Named by selectableFields of the CRD.
  'spec.node': ({ spec }) => (spec as { node?: string } | undefined)?.node,
  'spec.nodeName': ({ spec }) => (spec as { nodeName?: string } | undefined)?.nodeName,
};

/** Throws a Failure for what it does not know. */
export function selector(query: URLSearchParams): Selector {
  const terms = [
    ...split(query.get('fieldSelector')).map(([key, wanted]) => {
      const read = fields[key];
      if (!read) throw badRequest(`field label not supported: ${key}`);
      return { read, wanted };
    }),
    ...split(query.get('labelSelector')).map(([key, wanted]) => ({
      read: ({ metadata }: KubeObject) => metadata.labels?.[key],
      wanted,
    })),
  ];
  return (object) => terms.every(({ read, wanted }) => (read(object) ?? '') === wanted);
}

function split(text: string | null): [string, string][] {
  if (!text) return [];
  return text.split(',').map((term) => {
    const [, key, value] = /^([^=!]+)==?([^=]*)$/.exec(term) ?? [];
    if (key === undefined || value === undefined) throw badRequest(`unable to parse requirement: ${term}`);
    return [key, value];
  });
}
