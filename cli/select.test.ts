import { expect, test } from '@jest/globals';
import type { ListedAttachment } from '../common/protocol.ts';
import { select } from './select.ts';

const one = (namespace: string, pod: string, containerId: string) =>
  ({ namespace, pod, containerId }) as unknown as ListedAttachment;
const speaker = one('bgp', 'speaker-0', 'c0ffee01');
const other = one('bgp', 'speaker-1', 'c0ffee02');
const namesake = one('lab', 'speaker-1', 'decaf');
const bare = one('', '', 'f00d');
const all = [speaker, other, namesake, bare];

test.each([
  ['bgp/speaker-1', [other]],
  ['speaker-0', [speaker]],
  ['decaf', [namesake]],
  ['c0ffee02', [other]],
  ['f00', [bare]],
  [undefined, all],
])('%s means one pod', (name, found) => {
  expect(select(all, name)).toEqual(found);
});

test.each([
  ['speaker-1', 'speaker-1 names several pods: bgp/speaker-1, lab/speaker-1'],
  ['c0ffee', 'c0ffee names several pods: bgp/speaker-0, bgp/speaker-1'],
  ['nobody', 'no attachment of pod nobody on this node'],
])('%s is refused', (name, message) => {
  expect(() => select(all, name)).toThrow(message);
});
