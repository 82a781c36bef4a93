import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { openDirectory } from './directory.ts';

test('the examples in manifests/ are VRFs as the agent reads them', () => {
  const source = openDirectory('manifests/examples', pino({ level: 'silent' }));
  source.close();
  expect(source.problems()).toEqual([]);
  expect(source.list().map(({ metadata }) => metadata.name)).toEqual(['customer-a', 'customer-b']);
});
