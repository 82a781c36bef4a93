/** The examples are what they say: VRFs as the agent reads them, and pods without any privilege that may attach to them. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { parseAttach } from '../../agent/api/annotation.ts';
import { parseVrf } from '../../agent/api/vrf.ts';
import { attachAnnotation } from '../../common/cni.ts';
import { type PodSpec, restrictedProblems } from './pod-security.testing.ts';

interface KubernetesObject {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  spec: {
    replicas?: number;
    template: { metadata: { annotations: Record<string, string> }; spec: PodSpec & { serviceAccountName?: string } };
  };
}

describe.each(globSync('manifests/examples/*/*.yaml').sort())('%s', (path) => {
  const objects = parseAllDocuments(readFileSync(path, 'utf8')).map((one) => one.toJS() as KubernetesObject);
  const of = (kind: string) => objects.filter((object) => object.kind === kind);
  const vrfs = of('VRF').map(parseVrf);
  const named = (name: string) => vrfs.find(({ vrf }) => vrf?.metadata.name === name)?.vrf;

  test('its VRFs are valid', () => {
    expect(vrfs.flatMap(({ problems }) => problems ?? [])).toEqual([]);
    expect(vrfs).not.toHaveLength(0);
  });

  test('its namespaces enforce the restricted Pod Security Standard, which its pods keep', () => {
    for (const { metadata } of of('Namespace')) {
      expect(metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    }
    for (const { spec } of of('StatefulSet')) expect(restrictedProblems(spec.template.spec)).toEqual([]);
  });

  test('its pods ask for VRFs that are open to them', () => {
    for (const { metadata, spec } of of('StatefulSet')) {
      for (const { vrf } of parseAttach(spec.template.metadata.annotations[attachAnnotation]!)) {
        const { namespaces, serviceAccounts } = named(vrf)!.spec.access;
        expect(namespaces).toContain(metadata.namespace);
        if (serviceAccounts.length > 0) expect(serviceAccounts).toContain(spec.template.spec.serviceAccountName);
      }
    }
  });

  test('its reservations are those of pods that there are', () => {
    const pods = of('StatefulSet').flatMap(({ metadata: { name, namespace }, spec: { replicas = 1 } }) =>
      Array.from({ length: replicas }, (_none, index) => `${namespace}/${name}-${index}`),
    );
    for (const { vrf } of vrfs) {
      for (const { namespace, pod } of vrf!.spec.addresses.reservations) expect(pods).toContain(`${namespace}/${pod}`);
    }
  });

  test('every object is in a namespace that the file makes', () => {
    const namespaces = of('Namespace').map(({ metadata }) => metadata.name);
    for (const { kind, metadata } of objects) {
      if (kind !== 'Namespace' && kind !== 'VRF') expect(namespaces).toContain(metadata.namespace);
    }
  });
});

test('the standard refuses a privileged pod', () => {
  expect(
    restrictedProblems({ hostNetwork: true, containers: [{ name: 'a' }], volumes: [{ name: 'v', hostPath: {} }] }),
  ).toEqual([
    'hostNetwork',
    'volume v',
    'a: allowPrivilegeEscalation',
    'a: runAsNonRoot',
    'a: seccompProfile',
    'a: capabilities.drop',
  ]);
});
