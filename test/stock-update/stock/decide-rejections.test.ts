import { describe, expect, test } from 'vitest';
import type { MovementContext } from '../../../functions/stock-update/stock/decide.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import { aStock } from '../../support/builders.ts';
import { decided, releasedAt, contextOf } from './mug-stock.ts';

describe('a movement', () => {
  test.each<[string, Partial<Movement>, Partial<MovementContext>, object]>([
    ['for an unknown SKU', {}, { isInCatalogue: false }, { reason: 'unknown-sku' }],
    ['above the available units', { type: 'write-off', quantity: 11 }, {}, { reason: 'insufficient-stock' }],
    ['that adjusts below zero available', { type: 'adjustment', quantity: -11 }, {}, { reason: 'insufficient-stock' }],
    [
      'that damages more than the available units',
      { type: 'damage', quantity: 11 },
      {},
      { reason: 'insufficient-stock' },
    ],
    [
      'from a warehouse without stock',
      { type: 'transfer-out', warehouse: 'north', quantity: 1 },
      {},
      { reason: 'insufficient-stock' },
    ],
    [
      'that expects another figure on hand',
      { type: 'count', quantity: 9, expectedOnHand: 11 },
      {},
      { reason: 'count-outdated' },
    ],
    [
      'that expects stock in a warehouse without stock',
      { type: 'count', warehouse: 'north', quantity: 1, expectedOnHand: 1 },
      {},
      { reason: 'count-outdated' },
    ],
    [
      'that is a count from before the last count',
      { type: 'count', quantity: 20, occurredAt: '2026-03-02T11:59:59Z' },
      {},
      { reason: 'count-outdated' },
    ],
    [
      'that is a count from before too many movements',
      { type: 'count', quantity: 20, occurredAt: '2026-03-05T06:00:00Z' },
      { movedSince: 'too-much' },
      { reason: 'count-outdated' },
    ],
    [
      'that is an earlier count without open orders while orders have units',
      { type: 'count', quantity: 20, openOrders: 'deducted', occurredAt: '2026-03-05T11:55:00Z' },
      {},
      { reason: 'count-outdated' },
    ],
    [
      'that is an earlier count without open orders after a shipment',
      { type: 'count', quantity: 20, openOrders: 'deducted', occurredAt: '2026-03-05T11:55:00Z' },
      {
        movedSince: { shipped: -1, other: 0 },
        snapshot: { stock: aStock('MUG', { main: 20 }), lots: new Map(), transits: new Map() },
      },
      { reason: 'count-outdated' },
    ],
    [
      'that is an earlier count without open orders after a release, within the clock tolerance',
      { type: 'count', quantity: 20, openOrders: 'deducted', occurredAt: '2026-03-05T11:55:00Z' },
      { snapshot: releasedAt('2026-03-05T11:50:01Z') },
      { reason: 'count-outdated' },
    ],
    [
      'that is a current count without open orders after a release',
      { type: 'count', quantity: 20, openOrders: 'deducted', occurredAt: '2026-03-05T11:59:00Z' },
      { snapshot: releasedAt('2026-03-05T11:59:01Z') },
      { reason: 'count-outdated' },
    ],
    [
      'that counts less than the units removed since',
      { type: 'count', quantity: 1, occurredAt: '2026-03-05T06:00:00Z' },
      { movedSince: { shipped: 0, other: -2 } },
      { reason: 'count-outdated' },
    ],
    [
      'that writes off more than the damaged units',
      { type: 'write-off', quantity: 2, from: 'damaged' },
      {},
      { reason: 'insufficient-stock' },
    ],
    [
      'that passes more than the units in inspection',
      { type: 'status-change', quantity: 5, from: 'inspection' },
      {},
      { reason: 'insufficient-stock' },
    ],
    [
      'that withholds more than the available units',
      { type: 'safety-stock', quantity: 13 },
      {},
      { reason: 'insufficient-stock' },
    ],
    ['above the units of the lot', { type: 'write-off', quantity: 6, lot: 'L1' }, {}, { reason: 'insufficient-lot' }],
    [
      'above the available units of the lot',
      { type: 'write-off', quantity: 4, lot: 'L3' },
      {},
      { reason: 'insufficient-lot' },
    ],
    [
      'that damages more than the available units of the lot',
      { type: 'damage', quantity: 4, lot: 'L3' },
      {},
      { reason: 'insufficient-lot' },
    ],
    [
      'that passes more than the units of the lot in inspection',
      { type: 'status-change', quantity: 3, from: 'inspection', lot: 'L3' },
      {},
      { reason: 'insufficient-lot' },
    ],
    [
      'that writes off more than the units of the lot in inspection',
      { type: 'write-off', quantity: 3, from: 'inspection', lot: 'L3' },
      {},
      { reason: 'insufficient-lot' },
    ],
    [
      'that changes the expiry day of a lot',
      { lot: 'L1', quantity: 1, expiresOn: '2026-07-01' },
      {},
      { reason: 'lot-conflict', detail: 'Lot L1 expires on 2026-06-30, and the movement has 2026-07-01' },
    ],
    [
      'that receives more than the units in transit',
      { type: 'transfer-in', transferId: 'T1', quantity: 7 },
      {},
      { reason: 'not-in-transit' },
    ],
    [
      'that receives an unknown transfer',
      { type: 'transfer-in', transferId: 'T9', quantity: 1 },
      {},
      { reason: 'not-in-transit' },
    ],
    [
      'that sends from another warehouse in the same transfer',
      { type: 'transfer-out', transferId: 'T1', quantity: 1 },
      {},
      { reason: 'transfer-conflict' },
    ],
    [
      'that corrects the expiry day of an unknown lot',
      { type: 'expiry-correction', lot: 'L7', quantity: 0, expiresOn: '2026-07-01' },
      {},
      { reason: 'insufficient-lot' },
    ],
    [
      'that loses more than the units in transit',
      { type: 'transit-loss', transferId: 'T1', quantity: 7, warehouse: 'north' },
      {},
      { reason: 'not-in-transit' },
    ],
    [
      'that loses units of an unknown transfer',
      { type: 'transit-loss', transferId: 'T9', quantity: 1, warehouse: 'north' },
      {},
      { reason: 'not-in-transit' },
    ],
    [
      'that loses units in transit from another warehouse',
      { type: 'transit-loss', transferId: 'T1', quantity: 1, warehouse: 'main' },
      {},
      { reason: 'transfer-conflict' },
    ],
    ['that occurs in the future', { occurredAt: '2026-03-05T12:05:02Z' }, {}, { reason: 'occurred-in-future' }],
    ['with the id of a movement with other content', {}, { appliedHash: 'other' }, { reason: 'movement-conflict' }],
  ])('is rejected %s', (_name, movement, given, rejection) => {
    expect(decided(movement, contextOf(given))).toEqual({ kind: 'rejected', ...rejection });
  });

  test('that was applied before is not rejected, even if it could not be applied now', () => {
    const given = contextOf({ appliedHash: 'hash', isInCatalogue: false });
    expect(decided({ type: 'write-off', quantity: 7 }, given)).toEqual({ kind: 'already-applied' });
  });
});
