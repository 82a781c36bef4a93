/** CustomResourceDefinitions around the schemas of agent/api/. */
import type * as z from 'zod';
import type { CelRule } from '../../agent/api/cel-rule.ts';
import { addRules, type Schema, structural } from './schema.ts';

/** A column of `kubectl get`. */
export interface Column {
  name: string;
  type: 'string' | 'integer' | 'boolean' | 'date';
  jsonPath: string;
  description: string;
  /** Above 0: shown by `-o wide` only. */
  priority?: number;
}

/** A kind of object, as this project defines it. */
export interface Kind {
  kind: string;
  plural: string;
  shortNames: string[];
  scope: 'Cluster' | 'Namespaced';
  description: string;
  spec: z.ZodType;
  status?: z.ZodType;
  /** Whether the status is written apart from the spec: by others, or more often. */
  statusApart?: boolean;
  rules: readonly CelRule[];
  columns: Column[];
  /** What a list or watch may select by (fieldSelector), so that an agent gets only what is its node's. */
  selectable: string[];
}

/** A CustomResourceDefinition of one version. */
export interface Crd {
  apiVersion: 'apiextensions.k8s.io/v1';
  kind: 'CustomResourceDefinition';
  metadata: { name: string };
  spec: {
    group: string;
    names: Record<string, string | string[]>;
    scope: string;
    versions: {
      name: string;
      served: true;
      storage: true;
      schema: { openAPIV3Schema: Schema };
      subresources?: { status: object };
      additionalPrinterColumns: Column[];
      selectableFields?: { jsonPath: string }[];
    }[];
  };
}

const group = 'multivrf.dev';

/** The definition of `kind`. */
export function crd(kind: Kind): Crd {
  const schema: Schema = {
    type: 'object',
    description: kind.description,
    properties: {
      apiVersion: { type: 'string', description: 'Version of the API: multivrf.dev/v1alpha1.' },
      kind: { type: 'string', description: `Kind of the object: ${kind.kind}.` },
      // An API server refuses to be told anything of it, a description included.
      metadata: { type: 'object' },
      spec: structural(kind.spec),
      ...(kind.status && { status: structural(kind.status) }),
    },
    required: ['spec'],
  };
  addRules(schema, kind.rules);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${group}` },
    spec: {
      group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.kind.toLowerCase(),
        shortNames: kind.shortNames,
        categories: ['multivrf'],
      },
      scope: kind.scope,
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          ...(kind.statusApart && { subresources: { status: {} } }),
          additionalPrinterColumns: kind.columns,
          ...(kind.selectable.length > 0 && { selectableFields: kind.selectable.map((jsonPath) => ({ jsonPath })) }),
        },
      ],
    },
  };
}
