import { describe, expect, test } from 'vitest';
import type { MovementContext } from '../../../functions/stock-update/stock/decide.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import { aStock } from '../../support/builders.ts';
import { decided, givenUp, known } from './mug-stock.ts';

describe('a movement is refused', () => {
  test.each<[string, Partial<Movement>, Partial<MovementContext>, object]>([
    ['for an unknown SKU', {}, { isInCatalogue: false }, { reason: 'unknown-sku' }],
    ['that takes more than is available', { type: 'write-off', quantity: 11 }, {}, { reason: 'insufficient-stock' }],
    [
      'that adjusts below what is available',
      { type: 'adjustment', quantity: -11 },
      {},
      { reason: 'insufficient-stock' },
    ],
    ['that damages more than is available', { type: 'damage', quantity: 11 }, {}, { reason: 'insufficient-stock' }],
    [
      'that takes from where nothing is',
      { type: 'transfer-out', warehouse: 'north', quantity: 1 },
      {},
      { reason: 'insufficient-stock' },
    ],
    ['that counts less than is promised', { type: 'count', quantity: 9 }, {}, { reason: 'below-reserved' }],
    [
      'that counted something else',
      { type: 'count', quantity: 9, expectedOnHand: 11 },
      {},
      { reason: 'count-outdated' },
    ],
    [
      'that expected stock where there is none',
      { type: 'count', warehouse: 'north', quantity: 1, expectedOnHand: 1 },
      {},
      { reason: 'count-outdated' },
    ],
    [
      'that counted before the last count',
      { type: 'count', quantity: 20, occurredAt: '2026-03-02T11:59:59Z' },
      {},
      { reason: 'count-outdated' },
    ],
    [
      'that counted before more moved than can be looked through',
      { type: 'count', quantity: 20, occurredAt: '2026-03-05T06:00:00Z' },
      { movedSince: 'too-much' },
      { reason: 'count-outdated' },
    ],
    [
      'that counted without orders that are open, some time ago',
      { type: 'count', quantity: 20, openOrders: 'deducted', occurredAt: '2026-03-05T11:55:00Z' },
      {},
      { reason: 'count-outdated' },
    ],
    [
      'that counted without orders that were shipped since, some time ago',
      { type: 'count', quantity: 20, openOrders: 'deducted', occurredAt: '2026-03-05T11:55:00Z' },
      {
        movedSince: { shipped: -1, other: 0 },
        snapshot: { stock: aStock('MUG', { main: 20 }), lots: new Map(), transits: new Map() },
      },
      { reason: 'count-outdated' },
    ],
    [
      'that counted without orders that gave up since, as far as clocks can tell',
      { type: 'count', quantity: 20, openOrders: 'deducted', occurredAt: '2026-03-05T11:55:00Z' },
      { snapshot: givenUp('2026-03-05T11:50:01Z') },
      { reason: 'count-outdated' },
    ],
    [
      'that counted just now without orders that gave up since',
      { type: 'count', quantity: 20, openOrders: 'deducted', occurredAt: '2026-03-05T11:59:00Z' },
      { snapshot: givenUp('2026-03-05T11:59:01Z') },
      { reason: 'count-outdated' },
    ],
    [
      'that counted less than left since',
      { type: 'count', quantity: 11, occurredAt: '2026-03-05T06:00:00Z' },
      { movedSince: { shipped: 0, other: -2 } },
      { reason: 'below-reserved' },
    ],
    [
      'that writes off more damaged units than there are',
      { type: 'write-off', quantity: 2, from: 'damaged' },
      {},
      { reason: 'insufficient-stock' },
    ],
    [
      'that lets more pass than is in inspection',
      { type: 'status-change', quantity: 5, from: 'inspection' },
      {},
      { reason: 'insufficient-stock' },
    ],
    [
      'that keeps back more than is available',
      { type: 'safety-stock', quantity: 13 },
      {},
      { reason: 'insufficient-stock' },
    ],
    [
      'that takes more than is in the lot',
      { type: 'write-off', quantity: 6, lot: 'L1' },
      {},
      { reason: 'insufficient-lot' },
    ],
    [
      'that takes more than is available of the lot',
      { type: 'write-off', quantity: 4, lot: 'L3' },
      {},
      { reason: 'insufficient-lot' },
    ],
    [
      'that damages more than is available of the lot',
      { type: 'damage', quantity: 4, lot: 'L3' },
      {},
      { reason: 'insufficient-lot' },
    ],
    [
      'that lets more pass than the lot has in inspection',
      { type: 'status-change', quantity: 3, from: 'inspection', lot: 'L3' },
      {},
      { reason: 'insufficient-lot' },
    ],
    [
      'that writes off more out of inspection than the lot has there',
      { type: 'write-off', quantity: 3, from: 'inspection', lot: 'L3' },
      {},
      { reason: 'insufficient-lot' },
    ],
    [
      'that gives a lot another day of expiry',
      { lot: 'L1', quantity: 1, expiresOn: '2026-07-01' },
      {},
      { reason: 'lot-conflict' },
    ],
    [
      'that receives more than is in transit',
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
      'that sends from another warehouse under the same transfer',
      { type: 'transfer-out', transferId: 'T1', quantity: 1 },
      {},
      { reason: 'transfer-conflict' },
    ],
    ['from the future', { occurredAt: '2026-03-05T12:05:02Z' }, {}, { reason: 'occurred-in-future' }],
    ['under an id that has other content', {}, { appliedHash: 'other' }, { reason: 'movement-conflict' }],
  ])('%s', (_name, movement, facts, rejection) => {
    expect(decided(movement, known(facts))).toEqual({ kind: 'rejected', ...rejection });
  });

  test('not if it was applied before, even if it could not be applied now', () => {
    const facts = known({ appliedHash: 'hash', isInCatalogue: false });
    expect(decided({ type: 'write-off', quantity: 7 }, facts)).toEqual({ kind: 'already-applied' });
  });
});
