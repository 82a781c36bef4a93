import { expect, test } from '@jest/globals';
import { checkTable, freeTables } from './tables.ts';

test('free tables begin at 1001 and pass over those in use', () => {
  const used = new Map([
    [1001, 'VRF device blue'],
    [1003, 'a rule'],
  ]);
  expect(freeTables(3, (table) => used.get(table))).toEqual([1002, 1004, 1005]);
});

test.each([0, 253, 254, 255])("table %i is the kernel's own", (table) => {
  expect(() => checkTable('customer-a', table, undefined)).toThrow(
    `VRF customer-a: table ${table} is in use by the kernel itself`,
  );
});

test('a table in use is refused with its user', () => {
  expect(() => checkTable('customer-a', 1001, 'VRF device blue')).toThrow(
    'VRF customer-a: table 1001 is in use by VRF device blue',
  );
  expect(() => checkTable('customer-a', 1001, undefined)).not.toThrow();
});
