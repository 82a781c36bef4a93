/** The kinds of multivrf.dev/v1alpha1, and what `kubectl get` shows of each. */
import { vrfAddressRules, vrfAddressShape } from '../../agent/api/vrf-address.ts';
import { vrfAttachmentShape } from '../../agent/api/vrf-attachment.ts';
import { vrfRules } from '../../agent/api/vrf-rules.ts';
import { vrfShape } from '../../agent/api/vrf-shape.ts';
import { vrfStatus } from '../../agent/api/vrf-status.ts';
import type { Column, Kind } from './crd.ts';

const age: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'How long there has been this object.',
};

const condition = (type: string, key: 'status' | 'reason') => `.status.conditions[?(@.type=="${type}")].${key}`;

const vrf: Kind = {
  kind: 'VRF',
  plural: 'vrfs',
  shortNames: ['vrf'],
  scope: 'Cluster',
  description: 'A customer’s routing domain, which pods are attached to by the annotation multivrf.dev/attach.',
  spec: vrfShape.shape.spec,
  status: vrfStatus,
  statusApart: true,
  rules: vrfRules,
  columns: [
    { name: 'Mode', type: 'string', jsonPath: '.spec.mode', description: 'bridge or routed.' },
    {
      name: 'Accepted',
      type: 'string',
      jsonPath: condition('Accepted', 'status'),
      description: 'Whether the spec is valid.',
    },
    {
      name: 'Attachments',
      type: 'integer',
      jsonPath: '.status.attachments',
      description: 'Attachments on all nodes.',
    },
    {
      name: 'NotReady',
      type: 'integer',
      jsonPath: '.status.notReadyNodes',
      description: 'Nodes on which pods cannot attach; the status says why.',
    },
    { name: 'Used', type: 'integer', jsonPath: '.status.addresses.used', description: 'Addresses in use.' },
    {
      name: 'Free',
      type: 'integer',
      jsonPath: '.status.addresses.free',
      description: 'Pods for which the pools have addresses.',
    },
    {
      name: 'Namespaces',
      type: 'string',
      jsonPath: '.spec.access.namespaces',
      description: 'Who may attach.',
      priority: 1,
    },
    age,
  ],
  selectable: [],
};

const vrfAttachment: Kind = {
  kind: 'VRFAttachment',
  plural: 'vrfattachments',
  shortNames: ['vrfatt'],
  scope: 'Namespaced',
  description: 'One pod in one VRF. Written by the agent of the pod’s node, and gone with the pod.',
  spec: vrfAttachmentShape.shape.spec,
  // Not apart: one agent writes all of it, and with a subresource each attachment would cost two writes.
  status: vrfAttachmentShape.shape.status.unwrap(),
  rules: [],
  columns: [
    { name: 'VRF', type: 'string', jsonPath: '.spec.vrf', description: 'Name of the VRF.' },
    { name: 'Pod', type: 'string', jsonPath: '.spec.pod.name', description: 'Name of the pod.' },
    { name: 'Node', type: 'string', jsonPath: '.spec.node', description: 'Node that the pod runs on.' },
    { name: 'Interface', type: 'string', jsonPath: '.spec.interface', description: 'Interface in the pod.' },
    { name: 'Addresses', type: 'string', jsonPath: '.spec.addresses', description: 'Addresses of the interface.' },
    { name: 'MAC', type: 'string', jsonPath: '.spec.mac', description: 'MAC address of the interface.' },
    {
      name: 'Attached',
      type: 'string',
      jsonPath: condition('Attached', 'status'),
      description: 'Whether the interface is in place.',
    },
    {
      name: 'Isolated',
      type: 'string',
      jsonPath: condition('Isolated', 'status'),
      description: 'Whether the filters are in place.',
    },
    {
      name: 'Degraded',
      type: 'string',
      jsonPath: condition('Degraded', 'reason'),
      description: 'What is wrong, if anything.',
    },
    age,
  ],
  selectable: ['.spec.node', '.spec.vrf'],
};

const vrfAddress: Kind = {
  kind: 'VRFAddress',
  plural: 'vrfaddresses',
  shortNames: ['vrfaddr'],
  scope: 'Cluster',
  description:
    'One address of one VRF, held by one pod. Creating it is the allocation, since its name is VRF and address.',
  spec: vrfAddressShape.shape.spec,
  rules: vrfAddressRules,
  columns: [
    { name: 'VRF', type: 'string', jsonPath: '.spec.vrf', description: 'Name of the VRF.' },
    { name: 'Address', type: 'string', jsonPath: '.spec.address', description: 'The address.' },
    { name: 'Namespace', type: 'string', jsonPath: '.spec.pod.namespace', description: 'Namespace of the pod.' },
    { name: 'Pod', type: 'string', jsonPath: '.spec.pod.name', description: 'Pod that holds it.' },
    { name: 'Node', type: 'string', jsonPath: '.spec.node', description: 'Node of the pod.' },
    {
      name: 'Sticky',
      type: 'boolean',
      jsonPath: '.spec.sticky',
      description: 'Whether it is kept for the pod’s name.',
    },
    age,
  ],
  selectable: ['.spec.node', '.spec.vrf'],
};

/** All of them. */
export const kinds: readonly Kind[] = [vrf, vrfAttachment, vrfAddress];
