import { describe, expect, test } from 'vitest';
import type { Movement } from '../../../shared/stock/movement.ts';
import { decided } from './mug-stock.ts';

describe('a movement with a lot or transfer', () => {
  test.each<[string, Partial<Movement>, object]>([
    ['a receipt adds to its lot', { lot: 'L1', quantity: 2 }, { units: 7, expiresOn: '2026-06-30' }],
    [
      'a receipt creates a lot',
      { lot: 'L4', quantity: 2, expiresOn: '2026-07-31' },
      { lot: 'L4', units: 2, expiresOn: '2026-07-31' },
    ],
    [
      'a receipt adds a missing expiry day',
      { lot: 'L2', quantity: 1, expiresOn: '2026-07-31' },
      { expiresOn: '2026-07-31' },
    ],
    ['a write-off removes units of its lot', { lot: 'L1', type: 'write-off', quantity: 5 }, { units: 0 }],
    [
      'a transferred lot keeps its expiry day',
      { lot: 'L9', type: 'transfer-in', transferId: 'T1', quantity: 2 },
      { lot: 'L9', units: 2, expiresOn: '2026-09-30' },
    ],
    [
      'a receipt into inspection adds unavailable units to its lot',
      { lot: 'L3', quantity: 2, to: 'inspection' },
      { units: 7, unavailable: 4 },
    ],
    ['damaged units remain in their lot', { lot: 'L1', type: 'damage', quantity: 5 }, { units: 5, unavailable: 5 }],
    [
      'units that pass inspection become available in their lot',
      { lot: 'L3', type: 'status-change', quantity: 1, from: 'inspection' },
      { units: 5, unavailable: 1 },
    ],
    [
      'a write-off from inspection removes unavailable units',
      { lot: 'L3', type: 'write-off', quantity: 2, from: 'inspection' },
      { units: 3 },
    ],
    [
      'a write-off removes available units of its lot',
      { lot: 'L3', type: 'write-off', quantity: 3 },
      { units: 2, unavailable: 2 },
    ],
  ])('%s', (_name, movement, lot) => {
    expect(decided(movement)).toMatchObject({ kind: 'apply', change: { lot } });
  });

  test.each<[string, Partial<Movement>]>([
    ['a count', { type: 'count', quantity: 15, lot: 'L1' }],
    ['damage found in inspection', { lot: 'L3', type: 'damage', quantity: 1, from: 'inspection' }],
    ['safety stock', { lot: 'L3', type: 'safety-stock', quantity: 5 }],
  ])('does not change the lot: %s', (_name, movement) => {
    expect(decided(movement).kind).toBe('apply');
    expect(decided(movement)).not.toHaveProperty('change.lot');
  });

  test.each<[string, Partial<Movement>, object]>([
    [
      'a transfer out',
      { type: 'transfer-out', transferId: 'T2', quantity: 4 },
      { transferId: 'T2', from: 'main', units: 4 },
    ],
    [
      'a transfer out with a lot',
      { type: 'transfer-out', transferId: 'T2', quantity: 4, lot: 'L1' },
      { from: 'main', units: 4, lot: 'L1', expiresOn: '2026-06-30' },
    ],
    ['a partial transfer in', { type: 'transfer-in', transferId: 'T1', quantity: 4 }, { from: 'north', units: 2 }],
    ['a complete transfer in', { type: 'transfer-in', transferId: 'T1', quantity: 6 }, { from: 'north', units: 0 }],
  ])('changes the units in transit: %s', (_name, movement, transit) => {
    expect(decided(movement)).toMatchObject({ kind: 'apply', change: { transit } });
  });
});
