/** Label and field selectors: equal and not equal. */
import { badRequest } from './failure.ts';
import type { KubeObject } from './objects.ts';

export type Selector = (object: KubeObject) => boolean;

/** Fields that can be selected by; any other is refused, as for a custom resource without selectableFields. */
const fields: Record<string, (object: KubeObject) => unknown> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace,
  // Named by selectableFields of the CRDs.
  'spec.node': ({ spec }) => (spec as { node?: string } | undefined)?.node,
  'spec.vrf': ({ spec }) => (spec as { vrf?: string } | undefined)?.vrf,
  'spec.nodeName': ({ spec }) => (spec as { nodeName?: string } | undefined)?.nodeName,
};

/** Throws a Failure for what it does not know. */
export function selector(query: URLSearchParams): Selector {
  const terms = [
    ...split(query.get('fieldSelector')).map(({ key, ...term }) => {
      const read = fields[key];
      if (!read) throw badRequest(`field label not supported: ${key}`);
      return { read, ...term };
    }),
    ...split(query.get('labelSelector')).map(({ key, ...term }) => ({
      read: ({ metadata }: KubeObject) => metadata.labels?.[key],
      ...term,
    })),
  ];
  return (object) => terms.every(({ read, value, isEqual }) => ((read(object) ?? '') === value) === isEqual);
}

interface Term {
  key: string;
  value: string;
  isEqual: boolean;
}

function split(text: string | null): Term[] {
  if (!text) return [];
  return text.split(',').map((term) => {
    const [, key, operator, value] = /^([^=!]+)(==?|!=)([^=]*)$/.exec(term) ?? [];
    if (key === undefined || value === undefined) throw badRequest(`unable to parse requirement: ${term}`);
    return { key, value, isEqual: operator !== '!=' };
  });
}
