import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { planMovements } from '../../../functions/stock-update/stock/write-plan.ts';
import { withLastMovement, stockUpdateExpression } from '../../../functions/stock-update/stock/update-expressions.ts';
import type { Movement } from '../../../shared/stock/movement.ts';
import { aMovement, aStock, noon } from '../../support/builders.ts';

const stateWith = (units: number) => ({
  catalogue: new Set(['MUG']),
  snapshots: new Map([['MUG', { stock: aStock('MUG', { main: units }), lots: new Map(), transits: new Map() }]]),
  appliedHashes: new Map<string, string>(),
  rejectedFor: new Map<string, ReadonlySet<string>>(),
  movedSince: new Map(),
});

test('movements of a plan build on each other, and a repeated id is applied once', () => {
  const group = [
    aMovement({ movementId: '1', type: 'write-off', quantity: 3 }),
    aMovement({ movementId: '2', type: 'write-off', quantity: 3 }),
    aMovement({ movementId: '3', quantity: 1 }),
    aMovement({ movementId: '1', type: 'write-off', quantity: 3 }),
    aMovement({ movementId: '3', quantity: 9 }),
  ];
  const { plan, outcomes } = planMovements('MUG', group, stateWith(5), noon);
  expect(outcomes.map(({ status }) => status)).toEqual([
    'applied',
    'rejected',
    'applied',
    'already-applied',
    'rejected',
  ]);
  expect(plan.after.stock?.warehouses['main']).toMatchObject({ onHand: 3, available: 3 });
  expect(plan.changes).toHaveLength(2);
});

test('a plan requires the units that it removes before it adds others', () => {
  const group = [
    aMovement({ movementId: '1', type: 'write-off', quantity: 4 }),
    aMovement({ movementId: '2', quantity: 10 }),
  ];
  const { plan } = planMovements('MUG', group, stateWith(5), noon);
  expect(plan.conditions.get('main')?.minimums).toMatchObject({ available: 4 });
});

test.each<Partial<Movement>>([
  { type: 'count', quantity: 40, openOrders: 'deducted', occurredAt: new Date(noon).toISOString() },
  { type: 'damage', quantity: 1 },
])('an expression of 20 movements in 20 warehouses is below 4 KB: %o', (given) => {
  const names = Array.from({ length: 20 }, (_, index) => `warehouse-${index}`);
  const stock = aStock('MUG', Object.fromEntries(names.map((name) => [name, 50])));
  const group = names.map((warehouse) => aMovement({ movementId: warehouse, warehouse, ...given }));
  const snapshots = new Map([['MUG', { stock, lots: new Map(), transits: new Map() }]]);
  const { plan } = planMovements('MUG', group, { ...stateWith(0), snapshots }, noon);
  const { UpdateExpression = '', ConditionExpression = '' } = withLastMovement(
    '0'.repeat(26),
    plan,
    stockUpdateExpression('MUG', plan, noon),
  );
  expect(Math.max(UpdateExpression.length, ConditionExpression.length)).toBeLessThan(4096);
});

test('with the required units no movement of a plan makes available negative', () => {
  const change = fc.record({ isReceipt: fc.boolean(), quantity: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), fc.nat(20), (changes, units) => {
      const group = changes.map(({ isReceipt, quantity }, index) =>
        aMovement({ movementId: `${index}`, type: isReceipt ? 'receipt' : 'write-off', quantity }),
      );
      const { plan } = planMovements('MUG', group, stateWith(units), noon);
      let available = plan.conditions.get('main')?.minimums.available ?? 0;
      expect(available).toBeLessThanOrEqual(units);
      for (const { change: each } of plan.changes) {
        available += each.moved.onHandDelta;
        expect(available).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});
