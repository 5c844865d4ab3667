import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applied, decide, type Known, stockAnswer } from '../../functions/stock-update/decide.ts';
import type { Movement } from '../../shared/http/stock.ts';
import { MovementType } from '../../shared/events/stock.ts';
import { aMovement, aStock, noon } from '../support/builders.ts';

/** 10 on hand in `main`, of which 3 are reserved and 1 is unavailable. */
const stocked = { sku: 'MUG', warehouses: { main: { onHand: 10, reserved: 3, unavailable: 1, available: 6 } } };
const known = (given: Partial<Known> = {}): Known => ({
  isInCatalogue: true,
  appliedHash: undefined,
  stock: stocked,
  ...given,
});
const decided = (movement: Partial<Movement>, facts = known()) => decide(aMovement(movement), 'hash', facts, noon);
const after = (movement: Partial<Movement>, facts = known()) => {
  const decision = decided(movement, facts);
  return decision.kind === 'apply' ? applied(facts.stock, decision.change).warehouses['main'] : decision;
};

describe('a movement changes', () => {
  test.each<[string, Partial<Movement>, object]>([
    ['a receipt adds', { type: 'receipt', quantity: 5 }, { onHand: 15, reserved: 3, unavailable: 1, available: 11 }],
    ['a return adds', { type: 'return', quantity: 5 }, { onHand: 15, available: 11 }],
    ['a transfer in adds', { type: 'transfer-in', quantity: 5 }, { onHand: 15, available: 11 }],
    ['an adjustment adds', { type: 'adjustment', quantity: 5 }, { onHand: 15, available: 11 }],
    ['an adjustment takes', { type: 'adjustment', quantity: -6 }, { onHand: 4, available: 0 }],
    ['a write-off takes', { type: 'write-off', quantity: 6 }, { onHand: 4, available: 0 }],
    ['a transfer out takes', { type: 'transfer-out', quantity: 6 }, { onHand: 4, available: 0 }],
    ['damage makes unavailable', { type: 'damage', quantity: 2 }, { onHand: 10, unavailable: 3, available: 4 }],
    [
      'a count sets what was found',
      { type: 'count', quantity: 12 },
      { onHand: 12, reserved: 3, unavailable: 1, available: 8 },
    ],
    ['a count finds less', { type: 'count', quantity: 4 }, { onHand: 4, available: 0 }],
    [
      'a count finds what was expected',
      { type: 'count', quantity: 10, expectedOnHand: 10 },
      { onHand: 10, available: 6 },
    ],
  ])('%s', (_name, movement, counters) => {
    expect(after(movement)).toMatchObject(counters);
  });

  test.each<[string, Known['stock'], Partial<Movement>, object]>([
    ['the first of a SKU creates its stock', undefined, { quantity: 5 }, { kind: 'first-of-sku' }],
    [
      'the first of a warehouse creates its counters',
      aStock('MUG', { north: 1 }),
      { quantity: 5 },
      { kind: 'first-of-warehouse' },
    ],
    ['any other adds to what is there', stocked, { quantity: 5 }, { kind: 'any' }],
    ['a count holds for what was read', stocked, { type: 'count', quantity: 5 }, { kind: 'exactly', onHand: 10 }],
  ])('%s', (_name, stock, movement, basis) => {
    expect(decided(movement, known({ stock }))).toMatchObject({ kind: 'apply', change: { basis } });
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
    ['that takes more than is available', { type: 'write-off', quantity: 7 }, {}, { reason: 'insufficient-stock' }],
    [
      'that adjusts below what is available',
      { type: 'adjustment', quantity: -7 },
      {},
      { reason: 'insufficient-stock' },
    ],
    ['that damages more than is available', { type: 'damage', quantity: 7 }, {}, { reason: 'insufficient-stock' }],
    [
      'that takes from where nothing is',
      { type: 'transfer-out', warehouse: 'north', quantity: 1 },
      {},
      { reason: 'insufficient-stock' },
    ],
    ['that counts less than is promised', { type: 'count', quantity: 3 }, {}, { reason: 'below-reserved' }],
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

test('whatever moves, available is on hand less reserved less unavailable, and the ledger adds up to the counters', () => {
  const movement = fc.record({
    type: fc.constantFrom(...MovementType.options),
    quantity: fc.integer({ min: 1, max: 30 }),
    warehouse: fc.constantFrom('main', 'north'),
  });
  fc.assert(
    fc.property(fc.array(movement, { maxLength: 30 }), (movements) => {
      let stock: Known['stock'];
      const ledger = new Map<string, number>();
      for (const given of movements) {
        const decision = decided(given, known({ stock }));
        if (decision.kind !== 'apply') continue;
        stock = applied(stock, decision.change);
        ledger.set(given.warehouse, (ledger.get(given.warehouse) ?? 0) + decision.change.moved.onHandDelta);
      }
      for (const [warehouse, counters] of Object.entries(stock?.warehouses ?? {})) {
        expect(counters.available).toBe(counters.onHand - counters.reserved - counters.unavailable);
        expect(counters.available).toBeGreaterThanOrEqual(0);
        expect(ledger.get(warehouse)).toBe(counters.onHand);
      }
    }),
  );
});
