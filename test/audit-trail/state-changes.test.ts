import { expect, test } from 'vitest';
import { stateChanges } from '../../functions/audit-trail/state-changes.ts';

const changed = (entry: string, before: unknown, after: unknown) => ({ entry, kind: 'changed', before, after });

test.each([
  ['named by the event', 'SettingsChanged', { changes: [changed('/a', 1, 2)] }, undefined, [changed('/a', 1, 2)]],
  [
    'of prices by list, and of the cost',
    'PriceChanged',
    { lists: [{ listId: 'base', before: [1], after: [2] }], cost: { currency: 'GBP', beforeMinor: 8, afterMinor: 9 } },
    undefined,
    [changed('/lists/base', [1], [2]), changed('/costMinor', 8, 9)],
  ],
  [
    'compared with the event before',
    'SkuChanged',
    { sku: 'A', name: 'New', version: 2 },
    { sku: 'A', name: 'Old', version: 1 },
    [changed('/name', 'Old', 'New')],
  ],
  [
    'of the first event: everything is added',
    'CategoryChanged',
    { name: 'Toys', version: 1 },
    undefined,
    [{ entry: '/name', kind: 'added', after: 'Toys' }],
  ],
  ['of an event with both values', 'Any', { before: { a: 1 }, after: { a: 2 } }, undefined, [changed('/a', 1, 2)]],
  ['of an event that changes no values', 'RefundApproved', { status: 'approved' }, undefined, undefined],
])('changes are %s', (_what, action, data, before, expected) => {
  expect(stateChanges(action, data, before)).toEqual(expected);
});
