import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stockAnswer } from '../../functions/stock-update/answers.ts';
import { decide, type Known } from '../../functions/stock-update/decide.ts';
import { shelfAfter } from '../../functions/stock-update/plan.ts';
import { lotSort, type Shelf, transitSort } from '../../functions/stock-update/shelf.ts';
import { MovementType, StockStatus } from '../../shared/events/stock.ts';
import { Movement } from '../../shared/stock/movement.ts';
import type { StockItem, WarehouseStock } from '../../shared/stock/stock-item.ts';
import { aMovement, aStock, noon } from '../support/builders.ts';

/** 20 on hand in `main`: 3 reserved, 1 damaged, 4 in inspection, 2 kept back, 10 available; counted on 2 March. */
const main: WarehouseStock = {
  onHand: 20,
  reserved: 3,
  unavailable: 7,
  available: 10,
  damaged: 1,
  inspection: 4,
  safetyStock: 2,
  countedAt: '2026-03-02T12:00:00.000Z',
};
const lots = new Map(
  [
    { sku: 'MUG', warehouse: 'main', lot: 'L1', units: 5, expiresOn: '2026-06-30' },
    { sku: 'MUG', warehouse: 'main', lot: 'L2', units: 5 },
    { sku: 'MUG', warehouse: 'main', lot: 'L3', units: 5, unavailable: 2 },
  ].map((lot) => [lotSort(lot.warehouse, lot.lot), lot]),
);
const transits = new Map(
  [
    { sku: 'MUG', transferId: 'T1', from: 'north', units: 6 },
    { sku: 'MUG', transferId: 'T1', from: 'north', units: 2, lot: 'L9', expiresOn: '2026-09-30' },
  ].map((transit) => [transitSort(transit.transferId, transit.lot), transit]),
);
const stocked: StockItem = { sku: 'MUG', warehouses: { main } };
const known = ({ stock = stocked, ...given }: Partial<Known> & { stock?: StockItem | undefined } = {}): Known => ({
  isInCatalogue: true,
  appliedHash: undefined,
  shelf: { stock, lots, transits },
  ...given,
});
const decided = (movement: Partial<Movement>, facts = known()) => decide(aMovement(movement), 'hash', facts, noon);
const after = (movement: Partial<Movement>, facts = known()) => {
  const decision = decided(movement, facts);
  return decision.kind === 'apply' ? decision.change.after : decision;
};

describe('a movement changes', () => {
  test.each<[string, Partial<Movement>, object]>([
    ['a receipt adds', { type: 'receipt', quantity: 5 }, { onHand: 25, reserved: 3, unavailable: 7, available: 15 }],
    ['a return adds', { type: 'return', quantity: 5 }, { onHand: 25, available: 15 }],
    ['a transfer in adds', { type: 'transfer-in', quantity: 5 }, { onHand: 25, available: 15 }],
    ['an adjustment adds', { type: 'adjustment', quantity: 5 }, { onHand: 25, available: 15 }],
    ['an adjustment takes', { type: 'adjustment', quantity: -10 }, { onHand: 10, available: 0 }],
    ['a write-off takes what is available', { type: 'write-off', quantity: 10 }, { onHand: 10, available: 0 }],
    ['a transfer out takes', { type: 'transfer-out', quantity: 6 }, { onHand: 14, available: 4 }],
    [
      'damage makes unavailable',
      { type: 'damage', quantity: 2 },
      { onHand: 20, damaged: 3, unavailable: 9, available: 8 },
    ],
    [
      'a receipt into inspection is on hand and not available',
      { type: 'receipt', quantity: 5, to: 'inspection' },
      { onHand: 25, inspection: 9, unavailable: 12, available: 10 },
    ],
    [
      'inspection lets pass',
      { type: 'status-change', quantity: 4, from: 'inspection', to: 'available' },
      { onHand: 20, inspection: 0, unavailable: 3, available: 14 },
    ],
    [
      'inspection finds damage',
      { type: 'damage', quantity: 1, from: 'inspection' },
      { onHand: 20, inspection: 3, damaged: 2, unavailable: 7, available: 10 },
    ],
    [
      'a write-off of damaged units leaves available as it is',
      { type: 'write-off', quantity: 1, from: 'damaged' },
      { onHand: 19, damaged: 0, unavailable: 6, available: 10 },
    ],
    [
      'safety stock keeps units back',
      { type: 'safety-stock', quantity: 12 },
      { onHand: 20, safetyStock: 12, unavailable: 17, available: 0 },
    ],
    [
      'safety stock gives units back',
      { type: 'safety-stock', quantity: 0 },
      { onHand: 20, safetyStock: 0, unavailable: 5, available: 12 },
    ],
    [
      'a count sets what was found',
      { type: 'count', quantity: 22 },
      { onHand: 22, reserved: 3, unavailable: 7, available: 12 },
    ],
    ['a count finds less', { type: 'count', quantity: 10 }, { onHand: 10, available: 0 }],
    [
      'a count from which open orders were deducted',
      { type: 'count', quantity: 10, openOrders: 'deducted' },
      { onHand: 13, available: 3 },
    ],
    [
      'a count finds what was expected',
      { type: 'count', quantity: 20, expectedOnHand: 20 },
      { onHand: 20, available: 10 },
    ],
    [
      'a count of the last one’s time',
      { type: 'count', quantity: 20, occurredAt: '2026-03-02T13:00:00+01:00' },
      { onHand: 20, countedAt: '2026-03-02T12:00:00.000Z' },
    ],
    ['a count is remembered', { type: 'count', quantity: 20 }, { countedAt: '2026-03-05T12:00:01.000Z' }],
  ])('%s', (_name, movement, counters) => {
    expect(after(movement)).toMatchObject(counters);
  });

  test.each<[string, Partial<Movement>, string[]]>([
    ['whatever others did meanwhile', { quantity: 5 }, []],
    ['a count, for the figure it replaces', { type: 'count', quantity: 15 }, ['onHand', 'countedAt']],
    [
      'a count without open orders, for what they have reserved too',
      { type: 'count', quantity: 15, openOrders: 'deducted' },
      ['onHand', 'countedAt', 'reserved'],
    ],
    ['safety stock, for the figure it replaces', { type: 'safety-stock', quantity: 5 }, ['safetyStock']],
  ])('it holds: %s', (_name, movement, pins) => {
    expect(decided(movement)).toMatchObject({ kind: 'apply', change: { pins } });
  });

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

  const earlier = { type: 'count' as const, quantity: 15, occurredAt: '2026-03-05T06:00:00Z' };
  const movedSince = { shipped: -4, otherwise: 2 };
  const withoutOrders: Shelf = { stock: aStock('MUG', { main: 1 }), lots: new Map(), transits: new Map() };
  test.each<[string, Partial<Movement>, Partial<Known>, object]>([
    ['by what moved since', earlier, { movedSince }, { onHand: 13, available: 3 }],
    ['not if it is of now', { type: 'count', quantity: 15 }, {}, { onHand: 15 }],
    [
      'but not by what was shipped, of a figure without open orders',
      { ...earlier, openOrders: 'deducted', occurredAt: '2026-03-05T11:55:01Z' },
      { movedSince },
      { onHand: 20 },
    ],
    [
      'also without open orders if there are none',
      { ...earlier, openOrders: 'deducted' },
      { movedSince: { shipped: 0, otherwise: 2 }, shelf: withoutOrders },
      { onHand: 17 },
    ],
    [
      'not if it is compared with the books',
      { ...earlier, openOrders: 'deducted', expectedOnHand: 20 },
      {},
      { onHand: 18 },
    ],
  ])('the figure of an earlier count is changed %s', (_name, movement, facts, counters) => {
    expect(after(movement, known(facts))).toMatchObject(counters);
  });

  test('it happened when its caller says, else now', () => {
    expect(decided({})).toMatchObject({ change: { moved: { occurredAt: '2026-03-05T12:00:01.000Z' } } });
    const occurredAt = '2026-03-01T08:00:00+01:00';
    expect(decided({ occurredAt })).toMatchObject({ change: { moved: { occurredAt } } });
  });
});

describe('a movement is refused', () => {
  test.each<[string, Partial<Movement>, Partial<Known>, object]>([
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
        movedSince: { shipped: -1, otherwise: 0 },
        shelf: { stock: aStock('MUG', { main: 20 }), lots: new Map(), transits: new Map() },
      },
      { reason: 'count-outdated' },
    ],
    [
      'that counted less than left since',
      { type: 'count', quantity: 11, occurredAt: '2026-03-05T06:00:00Z' },
      { movedSince: { shipped: 0, otherwise: -2 } },
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

test('a SKU without stock has zeros and no warehouse', () => {
  expect(stockAnswer('MUG', undefined)).toEqual({
    sku: 'MUG',
    onHand: 0,
    reserved: 0,
    unavailable: 0,
    available: 0,
    unavailableBy: { damaged: 0, inspection: 0, safetyStock: 0 },
    warehouses: [],
  });
});

test('totals sum the warehouses, which come by name', () => {
  expect(stockAnswer('MUG', aStock('MUG', { north: 2, main: 5 }))).toMatchObject({
    onHand: 7,
    available: 7,
    warehouses: [
      { warehouse: 'main', onHand: 5 },
      { warehouse: 'north', onHand: 2 },
    ],
  });
});

test('whatever moves, counters agree with each other and the ledger adds up to them, lots and transfers included', () => {
  const status = fc.option(fc.constantFrom(...StockStatus.options), { nil: undefined });
  const movement = fc.record({
    type: fc.constantFrom(...MovementType.options),
    quantity: fc.integer({ min: 1, max: 30 }),
    warehouse: fc.constantFrom('main', 'north'),
    from: status,
    to: status,
    lot: fc.constantFrom(undefined, 'L1', 'L2'),
    transferId: fc.constantFrom(undefined, 'T1'),
  });
  const given = fc.array(movement, { maxLength: 40 });
  fc.assert(
    fc.property(given, (movements) => {
      let shelf: Shelf = { stock: undefined, lots: new Map(), transits: new Map() };
      const ledger = new Map<string, { onHand: number; unavailable: number }>();
      for (const each of movements) {
        const parsed = Movement.safeParse({ movementId: 'm', sku: 'MUG', ...each });
        if (!parsed.success) continue;
        const decision = decide(parsed.data, 'hash', known({ shelf }), noon);
        if (decision.kind !== 'apply') continue;
        shelf = shelfAfter(shelf, decision.change);
        const { onHandDelta, unavailableDelta } = decision.change.moved;
        const sums = ledger.get(each.warehouse) ?? { onHand: 0, unavailable: 0 };
        ledger.set(each.warehouse, {
          onHand: sums.onHand + onHandDelta,
          unavailable: sums.unavailable + unavailableDelta,
        });
      }
      for (const [warehouse, counters] of Object.entries(shelf.stock?.warehouses ?? {})) {
        const { onHand, reserved, unavailable, available, damaged = 0, inspection = 0, safetyStock = 0 } = counters;
        expect(available).toBe(onHand - reserved - unavailable);
        expect(unavailable).toBe(damaged + inspection + safetyStock);
        expect(Math.min(available, damaged, inspection, safetyStock)).toBeGreaterThanOrEqual(0);
        expect(ledger.get(warehouse)).toEqual({ onHand, unavailable });
      }
      for (const { units } of [...shelf.lots.values(), ...shelf.transits.values()]) {
        expect(units).toBeGreaterThanOrEqual(0);
      }
      for (const { units, unavailable = 0 } of shelf.lots.values()) {
        expect(unavailable).toBeGreaterThanOrEqual(0);
        expect(unavailable).toBeLessThanOrEqual(units);
      }
    }),
  );
});
