import { describe, expect, test } from '@jest/globals';
import { parseVrf } from '../api/vrf.ts';
import { authorise, podIdentity } from './identity.ts';

const speaker = { namespace: 'bgp', pod: 'speaker-0' };
const container = { namespace: '', pod: '' };

test.each([
  ['IgnoreUnknown=1;K8S_POD_NAMESPACE=bgp;K8S_POD_NAME=speaker-0;K8S_POD_UID=u', speaker],
  ['K8S_POD_NAME=speaker-0;K8S_POD_UID=u;K8S_POD_NAMESPACE=bgp;IgnoreUnknown=1', speaker],
  ['', container],
  ['IgnoreUnknown=1', container],
  ['K8S_POD_NAMESPACE=bgp', { namespace: 'bgp', pod: '' }],
])('CNI_ARGS %j name a pod in whatever order', (args, identity) => {
  expect(podIdentity(args)).toEqual(identity);
});

describe('a VRF is open', () => {
  const vrf = (access: { namespaces: string[]; serviceAccounts?: string[] }) =>
    parseVrf({
      apiVersion: 'multivrf.dev/v1alpha1',
      kind: 'VRF',
      metadata: { name: 'customer-a' },
      spec: { mode: 'bridge', access },
    }).vrf!;
  const asking =
    (namespaces: string[], who = speaker) =>
    () =>
      authorise(vrf({ namespaces }), who, () => 'default');

  test('to the namespaces it lists', () => {
    expect(asking(['web', 'bgp'])).not.toThrow();
    expect(asking(['web'])).toThrow('VRF customer-a is not open to pod bgp/speaker-0');
    expect(asking(['web'])).toThrow(
      expect.objectContaining({ details: "spec.access.namespaces is web; the VRF's owner must add bgp" }),
    );
  });

  test('to nobody when it lists none', () => {
    expect(asking([])).toThrow(
      expect.objectContaining({ code: 100, details: expect.stringContaining('empty, which means nobody') }),
    );
  });

  test('to containers outside Kubernetes with "*" only', () => {
    expect(asking(['*'], container)).not.toThrow();
    expect(asking(['*'])).not.toThrow();
    expect(asking(['bgp'], container)).toThrow('VRF customer-a is not open to a container outside Kubernetes');
  });

  describe('where it lists ServiceAccounts', () => {
    const running =
      (serviceAccounts: string[], account: string, who = speaker, namespaces = ['bgp']) =>
      () =>
        authorise(vrf({ namespaces, serviceAccounts }), who, () => account);

    test('to pods of its namespaces that run as one of these, named alone or with their namespace', () => {
      expect(running(['speaker'], 'speaker')).not.toThrow();
      expect(running(['bgp/speaker'], 'speaker')).not.toThrow();
      expect(running(['web/speaker'], 'speaker')).toThrow(
        'VRF customer-a is not open to pod bgp/speaker-0, which runs as ServiceAccount speaker',
      );
      expect(running(['speaker'], 'default')).toThrow(
        expect.objectContaining({ details: expect.stringContaining("the VRF's owner must add bgp/default") }),
      );
    });

    test('to no container outside Kubernetes, and to no pod of another namespace', () => {
      expect(running(['speaker'], 'speaker', container, ['*'])).toThrow('which has no ServiceAccount');
      expect(running(['bgp/speaker'], 'speaker', speaker, ['web'])).toThrow('is not open to pod bgp/speaker-0');
    });
  });
});
