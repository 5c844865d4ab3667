import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, type MovementContext } from '../../../functions/stock-update/stock/decide.ts';
import { snapshotAfter } from '../../../functions/stock-update/stock/write-plan.ts';
import type { StockSnapshot } from '../../../functions/stock-update/stock/snapshot.ts';
import { MovementType, StockStatus } from '../../../shared/contracts/stock/events.ts';
import { Movement } from '../../../shared/stock/movement.ts';
import { aStock, noon } from '../../support/builders.ts';
import { after, decided, releasedAt, contextOf } from './mug-stock.ts';

describe('a movement', () => {
  test.each<[string, Partial<Movement>, object]>([
    ['a receipt adds', { type: 'receipt', quantity: 5 }, { onHand: 25, reserved: 3, unavailable: 7, available: 15 }],
    ['a return adds', { type: 'return', quantity: 5 }, { onHand: 25, available: 15 }],
    ['a transfer in adds', { type: 'transfer-in', quantity: 5 }, { onHand: 25, available: 15 }],
    ['an adjustment adds', { type: 'adjustment', quantity: 5 }, { onHand: 25, available: 15 }],
    ['a negative adjustment removes', { type: 'adjustment', quantity: -10 }, { onHand: 10, available: 0 }],
    ['a write-off removes available units', { type: 'write-off', quantity: 10 }, { onHand: 10, available: 0 }],
    ['a transfer out removes', { type: 'transfer-out', quantity: 6 }, { onHand: 14, available: 4 }],
    [
      'damage makes units unavailable',
      { type: 'damage', quantity: 2 },
      { onHand: 20, damaged: 3, unavailable: 9, available: 8 },
    ],
    [
      'a receipt into inspection is on hand and not available',
      { type: 'receipt', quantity: 5, to: 'inspection' },
      { onHand: 25, inspection: 9, unavailable: 12, available: 10 },
    ],
    [
      'units that pass inspection become available',
      { type: 'status-change', quantity: 4, from: 'inspection', to: 'available' },
      { onHand: 20, inspection: 0, unavailable: 3, available: 14 },
    ],
    [
      'damaged units of an inspection remain unavailable',
      { type: 'damage', quantity: 1, from: 'inspection' },
      { onHand: 20, inspection: 3, damaged: 2, unavailable: 7, available: 10 },
    ],
    [
      'a write-off of damaged units does not change available',
      { type: 'write-off', quantity: 1, from: 'damaged' },
      { onHand: 19, damaged: 0, unavailable: 6, available: 10 },
    ],
    [
      'more safety stock withholds units',
      { type: 'safety-stock', quantity: 12 },
      { onHand: 20, safetyStock: 12, unavailable: 17, available: 0 },
    ],
    [
      'less safety stock makes units available',
      { type: 'safety-stock', quantity: 0 },
      { onHand: 20, safetyStock: 0, unavailable: 5, available: 12 },
    ],
    [
      'a count sets on hand',
      { type: 'count', quantity: 22 },
      { onHand: 22, reserved: 3, unavailable: 7, available: 12 },
    ],
    ['a count below on hand reduces available', { type: 'count', quantity: 10 }, { onHand: 10, available: 0 }],
    [
      'a count without open orders adds reserved units',
      { type: 'count', quantity: 10, openOrders: 'deducted' },
      { onHand: 13, available: 3 },
    ],
    [
      'a count with the expected figure is applied',
      { type: 'count', quantity: 20, expectedOnHand: 20 },
      { onHand: 20, available: 10 },
    ],
    [
      'a count at the time of the last count is applied',
      { type: 'count', quantity: 20, occurredAt: '2026-03-02T13:00:00+01:00' },
      { onHand: 20, countedAt: '2026-03-02T12:00:00.000Z' },
    ],
    ['a count stores its time', { type: 'count', quantity: 20 }, { countedAt: '2026-03-05T12:00:01.000Z' }],
  ])('%s', (_name, movement, counters) => {
    expect(after(movement)).toMatchObject(counters);
  });

  test.each<[string, Partial<Movement>, string[]]>([
    ['a receipt: none', { quantity: 5 }, []],
    ['a count: the counters that it replaces', { type: 'count', quantity: 15 }, ['onHand', 'countedAt']],
    [
      'a count without open orders: reserved too',
      { type: 'count', quantity: 15, openOrders: 'deducted' },
      ['onHand', 'countedAt', 'reserved'],
    ],
    ['safety stock: the counter that it replaces', { type: 'safety-stock', quantity: 5 }, ['safetyStock']],
  ])('requires unchanged fields when it is written, %s', (_name, movement, expectedFields) => {
    expect(decided(movement)).toMatchObject({ kind: 'apply', change: { expectedFields } });
  });

  const earlier = { type: 'count' as const, quantity: 15, occurredAt: '2026-03-05T06:00:00Z' };
  const movedSince = { shipped: -4, other: 2 };
  const withoutOrders: StockSnapshot = { stock: aStock('MUG', { main: 1 }), lots: new Map(), transits: new Map() };
  test.each<[string, Partial<Movement>, Partial<MovementContext>, object]>([
    ['later movements are added', earlier, { movedSince }, { onHand: 13, available: 3 }],
    ['nothing is added to a current count', { type: 'count', quantity: 15 }, {}, { onHand: 15 }],
    [
      'later shipments are not deducted from a count without open orders',
      { ...earlier, openOrders: 'deducted', occurredAt: '2026-03-05T11:55:01Z' },
      { movedSince },
      { onHand: 20 },
    ],
    [
      'later movements are added to a count without open orders if no order has units',
      { ...earlier, openOrders: 'deducted' },
      { movedSince: { shipped: 0, other: 2 }, snapshot: withoutOrders },
      { onHand: 17 },
    ],
    [
      'later movements are added to a count without open orders after the last release',
      { ...earlier, openOrders: 'deducted' },
      { movedSince: { shipped: 0, other: 2 }, snapshot: releasedAt('2026-03-05T05:55:00Z') },
      { onHand: 17 },
    ],
    [
      'a release just before a current count is ignored',
      { ...earlier, openOrders: 'deducted', occurredAt: '2026-03-05T11:59:00Z' },
      { snapshot: releasedAt('2026-03-05T11:59:00Z') },
      { onHand: 15 },
    ],
    [
      'nothing is added to a count with an expected figure',
      { ...earlier, openOrders: 'deducted', expectedOnHand: 20 },
      {},
      { onHand: 18 },
    ],
  ])('derives on hand from a count: %s', (_name, movement, given, counters) => {
    expect(after(movement, contextOf(given))).toMatchObject(counters);
  });

  test('occurred at occurredAt, or now without it', () => {
    expect(decided({})).toMatchObject({ change: { moved: { occurredAt: '2026-03-05T12:00:01.000Z' } } });
    const occurredAt = '2026-03-01T08:00:00+01:00';
    expect(decided({ occurredAt })).toMatchObject({ change: { moved: { occurredAt } } });
  });
});

test('after any movements the counters agree with each other and with the ledger, and lots and transfers are not negative', () => {
  const status = fc.option(fc.constantFrom(...StockStatus.options), { nil: undefined });
  const movement = fc.record({
    type: fc.constantFrom(...MovementType.options),
    quantity: fc.integer({ min: 1, max: 30 }),
    warehouse: fc.constantFrom('main', 'north'),
    from: status,
    to: status,
    lot: fc.constantFrom(undefined, 'L1', 'L2'),
    transferId: fc.constantFrom(undefined, 'T1'),
    expiresOn: fc.constantFrom(undefined, undefined, '2026-03-04', '2026-03-06'),
  });
  const given = fc.array(movement, { maxLength: 40 });
  let applied = 0;
  fc.assert(
    fc.property(given, (movements) => {
      let snapshot: StockSnapshot = { stock: undefined, lots: new Map(), transits: new Map() };
      const ledger = new Map<string, { onHand: number; unavailable: number }>();
      for (const each of movements) {
        const parsed = Movement.safeParse({ movementId: 'm', sku: 'MUG', ...each });
        if (!parsed.success) continue;
        const decision = decide(parsed.data, 'hash', contextOf({ snapshot, cutoff: '2026-03-05' }), noon);
        if (decision.kind !== 'apply') continue;
        applied += 1;
        snapshot = snapshotAfter(snapshot, decision.change);
        const { onHandDelta, unavailableDelta } = decision.change.moved;
        const sums = ledger.get(each.warehouse) ?? { onHand: 0, unavailable: 0 };
        ledger.set(each.warehouse, {
          onHand: sums.onHand + onHandDelta,
          unavailable: sums.unavailable + unavailableDelta,
        });
      }
      for (const [warehouse, counters] of Object.entries(snapshot.stock?.warehouses ?? {})) {
        const {
          onHand,
          reserved,
          unavailable,
          available,
          damaged = 0,
          inspection = 0,
          safetyStock = 0,
          expired = 0,
        } = counters;
        expect(available).toBe(onHand - reserved - unavailable);
        expect(unavailable).toBe(damaged + inspection + safetyStock + expired);
        expect(Math.min(onHand, damaged, inspection, safetyStock, expired)).toBeGreaterThanOrEqual(0);
        expect(ledger.get(warehouse)).toEqual({ onHand, unavailable });
      }
      for (const { units } of [...snapshot.lots.values(), ...snapshot.transits.values()]) {
        expect(units).toBeGreaterThanOrEqual(0);
      }
      for (const { units, unavailable = 0 } of snapshot.lots.values()) {
        expect(unavailable).toBeGreaterThanOrEqual(0);
        expect(unavailable).toBeLessThanOrEqual(units);
      }
    }),
  );
  expect(applied).toBeGreaterThan(0);
});
