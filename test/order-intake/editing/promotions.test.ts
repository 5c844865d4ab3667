import { describe, expect, test } from 'vitest';
import { edit } from '../../../functions/order-intake/editing/edit.ts';
import { editedDiscounts } from '../../../functions/order-intake/editing/edited-discounts.ts';
import type { OrderEdit } from '../../../shared/contracts/orders/edit-routes.ts';
import { aPolicy, noon } from '../../support/builders.ts';
import { aMugOrder, anEdit, inStock, mugs, plate, today } from './mug-order.ts';

const discount = (promotionId: string, lines: Record<string, number>) => ({
  code: promotionId,
  promotionId,
  appliedMinor: Object.values(lines).reduce((sum, each) => sum + each, 0),
  target: 'line',
  lines: Object.entries(lines).map(([lineId, amountMinor]) => ({ lineId, amountMinor })),
});
const discounts = [discount('flash', { 'line-1': 61 }), discount('sale', { 'line-1': 40, 'line-2': 0 })];
const flash = { promotionId: 'flash', counters: { 'USES#0': 1, 'UNITS#0': 2 }, lineIds: ['line-1'] };
const promoted = aMugOrder({ discounts, promotionClaims: [flash] });
const edited = (content: Partial<OrderEdit>, order = promoted) =>
  edit(
    order,
    { content: anEdit(content), contentHash: 'hash' },
    { skus: today, stock: inStock({ MUG: { main: 10 }, PLATE: { main: 10 } }), pricesItself: false, now: noon },
    aPolicy(),
  );

describe('an edit of an order with promotions', () => {
  test('keeps the discount of the remaining units, and releases units in excess of them', () => {
    const outcome = edited({ lines: [{ lineId: 'line-1', quantity: 1 }] });
    expect(outcome).toMatchObject({
      kind: 'changed',
      order: {
        discountMinor: 51,
        discounts: [{ appliedMinor: 31 }, { appliedMinor: 20 }],
        promotionClaims: [{ ...flash, counters: { 'USES#0': 1, 'UNITS#0': 1 } }],
      },
    });
  });

  test('gives added units none, and claims nothing for them', () => {
    expect(
      edited({ lines: [{ lineId: 'line-1', quantity: 5 }], addLines: [{ sku: 'PLATE', quantity: 1 }] }),
    ).toMatchObject({
      kind: 'changed',
      order: {
        discountMinor: 101,
        discounts: [{ appliedMinor: 61 }, { appliedMinor: 40 }],
        promotionClaims: [flash],
      },
    });
  });

  test('does not increase a gift, and may remove it', () => {
    const gift = { ...plate, lineId: 'line-2', discountMinor: 800, totalMinor: 0, taxMinor: 0, gift: 'tea-gift' };
    const order = aMugOrder({ lines: [mugs, gift], discounts: [discount('tea-gift', { 'line-2': 800 })] });
    const errors = [{ pointer: '/lines/0/quantity' }];
    expect(edited({ lines: [{ lineId: 'line-2', quantity: 2 }] }, order)).toMatchObject({ type: 'gift-line', errors });
    const without = edited({ lines: [{ lineId: 'line-2', quantity: 0 }] }, order);
    expect(without).toMatchObject({ kind: 'changed', order: { discounts: [{ appliedMinor: 0, lines: [] }] } });
  });

  test('counts the parts of several warehouses together', () => {
    const parts = [
      { ...mugs, quantity: 1, discountMinor: 10, partOf: 'line-1' },
      { ...mugs, lineId: 'line-2', quantity: 2, discountMinor: 20, partOf: 'line-1' },
    ];
    const applied = (lines: Record<string, number>) =>
      editedDiscounts([discount('sale', lines)], parts).map((each) => each.appliedMinor);
    expect([applied({ 'line-1': 45 }), applied({})]).toEqual([[30], [0]]);
  });
});
