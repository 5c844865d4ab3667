import { describe, expect, test } from 'vitest';
import { cancel } from '../../functions/order-intake/cancellation/cancel.ts';
import type { Outcome } from '../../functions/order-intake/order/change.ts';
import { balanceOf } from '../../functions/order-intake/order/payment.ts';
import type { OrderEdit } from '../../shared/contracts/orders/edit-routes.ts';
import { aSku } from '../support/builders.ts';
import { aMugOrder, anEdit, catalogue, changedOf, editOf, inStock } from './mug-order.ts';

describe('an edit', () => {
  test.each<[string, OrderEdit, Outcome['kind'], Record<string, unknown>]>([
    [
      'a line that is not there',
      anEdit({ lines: [{ lineId: 'line-9', quantity: 1 }] }),
      'invalid',
      { errors: [{ pointer: '/lines/0/lineId' }] },
    ],
    [
      'an unknown SKU',
      anEdit({
        addLines: [
          { sku: 'MUG', quantity: 1 },
          { sku: 'NONE', quantity: 1 },
        ],
      }),
      'invalid',
      { type: 'unknown-sku', errors: [{ pointer: '/addLines/1/sku' }] },
    ],
    [
      'a SKU that is not on sale',
      anEdit({ addLines: [{ sku: 'OLD', quantity: 1 }] }),
      'invalid',
      { type: 'inactive-sku' },
    ],
    [
      'a SKU in another currency',
      anEdit({ addLines: [{ sku: 'FOREIGN', quantity: 1 }] }),
      'invalid',
      { type: 'wrong-currency' },
    ],
    [
      'a price of yesterday',
      anEdit({ addLines: [{ sku: 'MUG', quantity: 1, unitPriceMinor: 1200 }] }),
      'invalid',
      { type: 'price-changed', lines: [{ unitPriceMinor: 1500 }] },
    ],
    ['an unknown shipping method', anEdit({ shippingMethod: 'drone' }), 'invalid', { type: 'unknown-shipping-method' }],
    [
      'more than is in stock',
      anEdit({ lines: [{ lineId: 'line-1', quantity: 103 }] }),
      'conflict',
      { type: 'out-of-stock', extension: { lines: [{ sku: 'MUG', requested: 101, available: 100 }] } },
    ],
    [
      'nothing left',
      anEdit({
        lines: [
          { lineId: 'line-1', quantity: 0 },
          { lineId: 'line-2', quantity: 0 },
        ],
      }),
      'invalid',
      { type: 'nothing-left' },
    ],
  ])('is refused for %s', (_, content, kind, refusal) => {
    expect(editOf(aMugOrder(), content)).toMatchObject({ kind, ...refusal });
  });

  test.each(['allocated', 'partly-shipped', 'shipped', 'delivered', 'completed', 'cancelled', 'expired'] as const)(
    'is refused once the order is %s',
    (status) => {
      expect(editOf(aMugOrder({ status }), anEdit({ note: 'x' }))).toMatchObject({ kind: 'illegal', status });
    },
  );

  test('leaves alone lines of which units were cancelled', () => {
    const cancelled = cancel(
      aMugOrder(),
      { requestId: 'r', reason: 'x', lines: [{ lineId: 'line-1', quantity: 1 }] },
      '',
    );
    const { order } = changedOf(cancelled);
    expect(editOf(order, anEdit({ lines: [{ lineId: 'line-1', quantity: 3 }] }))).toMatchObject({
      kind: 'conflict',
      type: 'line-cancelled',
    });
    const whole = editOf(order, anEdit({ lines: [{ lineId: 'line-2', quantity: 0 }] }));
    expect(balanceOf(changedOf(whole).order).dueMinor).toBe(3594 - 1150 - 800);
  });

  test('of more lines or SKUs than fit is refused', () => {
    const many = Array.from({ length: 1001 }, (_, index) => ({ sku: `S-${index}`, quantity: 1 }));
    const skus = catalogue(...many.map(({ sku }) => aSku({ sku, priceMinor: 1 })));
    const stock = inStock(Object.fromEntries(many.map(({ sku }) => [sku, { main: 1 }])));
    const add = (addLines: OrderEdit['addLines']) => editOf(aMugOrder(), anEdit({ addLines }), { skus, stock });
    expect(add(many.slice(0, 97)).kind).toBe('changed');
    expect(add(many.slice(0, 98))).toMatchObject({ kind: 'invalid', type: 'edit-too-large' });
    expect(add(many.slice(0, 999))).toMatchObject({ kind: 'invalid', type: 'too-many-lines' });
  });
});
