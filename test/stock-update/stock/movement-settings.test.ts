import { expect, test } from 'vitest';
import { unknownName } from '../../../functions/stock-update/stock/movement-settings.ts';

const settings = { warehouses: ['main', 'north'], reasons: ['broken', 'lost', 'constructor'] };
const movement = { warehouse: 'main', type: 'adjustment', reason: 'broken' } as const;

test.each([
  [movement],
  [{ ...movement, reason: undefined }],
  [{ ...movement, type: 'receipt', reason: 'delivery note 4711' } as const],
  [{ ...movement, type: 'count', reason: 'year end' } as const],
  [{ ...movement, type: 'write-off', reason: 'constructor' } as const],
])('the settings have all that %j names', (given) => {
  expect(unknownName(given, settings)).toBeUndefined();
});

test.each([
  [{ ...movement, warehouse: 'mian' }, 'warehouse', 'unknown-warehouse', 'Did you mean main?'],
  [{ ...movement, warehouse: 'nroth', reason: 'brokn' }, 'warehouse', 'unknown-warehouse', 'Did you mean north?'],
  [{ ...movement, reason: 'brokn' }, 'reason', 'unknown-reason', 'Did you mean broken?'],
  [{ ...movement, reason: 'Lost' }, 'reason', 'unknown-reason', 'Did you mean lost?'],
  [
    { ...movement, type: 'damage', reason: 'toString' } as const,
    'reason',
    'unknown-reason',
    'Valid values: broken, lost',
  ],
  [{ ...movement, type: 'write-off', reason: ' broken' } as const, 'reason', 'unknown-reason', 'Did you mean broken?'],
])('the settings do not have what %j names: its %s', (given, field, rejection, detail) => {
  expect(unknownName(given, settings)).toMatchObject({ field, rejection, detail: expect.stringContaining(detail) });
});

test.each(['brokn', '', 'anything at all'])('any text such as "%s" is a reason without a list', (reason) => {
  expect(unknownName({ ...movement, reason }, { warehouses: ['main'], reasons: undefined })).toBeUndefined();
});
