import { describe, expect, test } from 'vitest';
import type { Movement } from '../../../shared/stock/movement.ts';
import { contextOf, decided } from './mug-stock.ts';
import { expiryCutoff } from '../../../shared/stock/lot.ts';

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

  /** L1 expires on 30 June; by this day it has. */
  const cutoff = '2026-07-01';
  test.each<[string, Partial<Movement>, object, object]>([
    ['a receipt', { quantity: 2 }, { units: 7, expired: 7 }, { expired: 7, available: 5 }],
    ['a receipt into inspection', { quantity: 2, to: 'inspection' }, { units: 7, expired: 5 }, { expired: 5 }],
    ['a write-off', { type: 'write-off', quantity: 5 }, { units: 0 }, { onHand: 15, available: 5 }],
    ['damage', { type: 'damage', quantity: 1 }, { units: 5, unavailable: 1, expired: 4 }, { expired: 4, damaged: 2 }],
    ['an adjustment', { type: 'adjustment', quantity: -1 }, { units: 4, expired: 4 }, { expired: 4, available: 5 }],
    [
      'a transfer of all units',
      { type: 'transfer-out', transferId: 'T3', quantity: 5 },
      { units: 0, expiresOn: '2026-06-30' },
      { onHand: 15, available: 5 },
    ],
    [
      'a later expiry day returns its units to sale',
      { type: 'expiry-correction', quantity: 0, expiresOn: '2026-07-01' },
      { units: 5, expiresOn: '2026-07-01' },
      { onHand: 20, available: 10 },
    ],
  ])('units of an expired lot are not available: %s', (_name, movement, lot, stock) => {
    const change = decided({ lot: 'L1', ...movement }, contextOf({ cutoff }));
    expect(change).toMatchObject({ kind: 'apply', change: { lot, after: stock } });
  });

  test.each<[string, string, number, string]>([
    ['at noon', '2026-06-30T12:00:00Z', 0, '2026-06-30'],
    ['16 minutes before the day ends in London', '2026-06-30T22:44:00Z', 0, '2026-06-30'],
    ['15 minutes before the day ends in London', '2026-06-30T22:45:00Z', 0, '2026-07-01'],
    ['15 minutes before the day ends in winter', '2026-12-31T23:45:00Z', 0, '2027-01-01'],
    ['three days before expiry', '2026-06-27T12:00:00Z', 3, '2026-06-30'],
    ['over the end of a month', '2026-02-27T12:00:00Z', 2, '2026-03-01'],
  ])('the day before which lots are not sold: %s', (_name, now, days, cutoffDay) => {
    const cutoffAt = expiryCutoff({ TIME_ZONE: 'Europe/London', DAYS_BEFORE_EXPIRY: `${days}` });
    expect(cutoffAt(Date.parse(now))).toBe(cutoffDay);
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
    [
      'a loss in transit',
      { type: 'transit-loss', warehouse: 'north', transferId: 'T1', quantity: 4 },
      { from: 'north', units: 2 },
    ],
    ['a complete transfer in', { type: 'transfer-in', transferId: 'T1', quantity: 6 }, { from: 'north', units: 0 }],
  ])('changes the units in transit: %s', (_name, movement, transit) => {
    expect(decided(movement)).toMatchObject({ kind: 'apply', change: { transit } });
  });
});
