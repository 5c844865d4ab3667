import { describe, expect, test } from 'vitest';
import type { Movement } from '../../../shared/stock/movement.ts';
import { decided } from './mug-stock.ts';

describe('a movement changes', () => {
  test.each<[string, Partial<Movement>, object]>([
    ['a receipt adds to its lot', { lot: 'L1', quantity: 2 }, { units: 7, expiresOn: '2026-06-30' }],
    [
      'a receipt begins a lot',
      { lot: 'L4', quantity: 2, expiresOn: '2026-07-31' },
      { lot: 'L4', units: 2, expiresOn: '2026-07-31' },
    ],
    [
      'a lot may learn when it expires',
      { lot: 'L2', quantity: 1, expiresOn: '2026-07-31' },
      { expiresOn: '2026-07-31' },
    ],
    ['a write-off takes from its lot', { lot: 'L1', type: 'write-off', quantity: 5 }, { units: 0 }],
    [
      'a lot that arrives keeps its expiry',
      { lot: 'L9', type: 'transfer-in', transferId: 'T1', quantity: 2 },
      { lot: 'L9', units: 2, expiresOn: '2026-09-30' },
    ],
    [
      'a receipt into inspection is in its lot and not available',
      { lot: 'L3', quantity: 2, to: 'inspection' },
      { units: 7, unavailable: 4 },
    ],
    ['damage stays in its lot', { lot: 'L1', type: 'damage', quantity: 5 }, { units: 5, unavailable: 5 }],
    [
      'a lot passes its inspection',
      { lot: 'L3', type: 'status-change', quantity: 1, from: 'inspection' },
      { units: 5, unavailable: 1 },
    ],
    [
      'a write-off out of inspection takes units that were not available',
      { lot: 'L3', type: 'write-off', quantity: 2, from: 'inspection' },
      { units: 3 },
    ],
    [
      'a write-off takes what is available of its lot',
      { lot: 'L3', type: 'write-off', quantity: 3 },
      { units: 2, unavailable: 2 },
    ],
  ])('%s', (_name, movement, lot) => {
    expect(decided(movement)).toMatchObject({ kind: 'apply', change: { lot } });
  });

  test.each<[string, Partial<Movement>]>([
    ['a count does not tell lots apart', { type: 'count', quantity: 15, lot: 'L1' }],
    [
      'damage found in inspection leaves a lot with as many that are not available',
      { lot: 'L3', type: 'damage', quantity: 1, from: 'inspection' },
    ],
    ['safety stock is kept back of no lot', { lot: 'L3', type: 'safety-stock', quantity: 5 }],
  ])('%s', (_name, movement) => {
    expect(decided(movement).kind).toBe('apply');
    expect(decided(movement)).not.toHaveProperty('change.lot');
  });

  test.each<[string, Partial<Movement>, object]>([
    ['leaves', { type: 'transfer-out', transferId: 'T2', quantity: 4 }, { transferId: 'T2', from: 'main', units: 4 }],
    [
      'leaves with its lot',
      { type: 'transfer-out', transferId: 'T2', quantity: 4, lot: 'L1' },
      { from: 'main', units: 4, lot: 'L1', expiresOn: '2026-06-30' },
    ],
    ['arrives in part', { type: 'transfer-in', transferId: 'T1', quantity: 4 }, { from: 'north', units: 2 }],
    ['arrives whole', { type: 'transfer-in', transferId: 'T1', quantity: 6 }, { from: 'north', units: 0 }],
  ])('what is in transit %s', (_name, movement, transit) => {
    expect(decided(movement)).toMatchObject({ kind: 'apply', change: { transit } });
  });
});
