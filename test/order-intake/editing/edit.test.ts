import { describe, expect, test } from 'vitest';
import { edit } from '../../../functions/order-intake/editing/edit.ts';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { aPolicy, aSku } from '../../support/builders.ts';
import { aDuty } from '../../support/orders/placed-order.ts';
import { cancel } from '../../../functions/order-intake/cancellation/cancel.ts';
import type { Outcome } from '../../../functions/order-intake/order/change.ts';
import { balanceOf } from '../../../functions/order-intake/order/payment.ts';
import type { OrderEdit } from '../../../shared/contracts/orders/edit-routes.ts';
import {
  aMugOrder,
  anEdit,
  anOffer,
  changedOf,
  editedEvent,
  editOf,
  reservationChange,
  inStock,
  mugs,
  plate,
  catalogue,
} from './mug-order.ts';

describe('an edit', () => {
  test('prorates discount and tax of a line with fewer units', () => {
    const outcome = editOf(aMugOrder(), anEdit({ lines: [{ lineId: 'line-1', quantity: 1 }] }));
    const { order } = changedOf(outcome);
    expect(order.lines[0]).toMatchObject({ quantity: 1, discountMinor: 51, taxMinor: 192, totalMinor: 1149 });
    expect(order).toMatchObject({
      subtotalMinor: 2000,
      discountMinor: 51,
      taxMinor: 408,
      totalMinor: 2444,
      version: 2,
    });
    expect(reservationChange(outcome)).toEqual([{ sku: 'MUG', from: [{ warehouse: 'main', units: -1 }] }]);
    expect(editedEvent(outcome)).toMatchObject({
      lines: [{ before: { quantity: 2 }, after: { quantity: 1 } }],
      differences: { subtotalMinor: -1200, discountMinor: -50, shippingMinor: 0, taxMinor: -191, totalMinor: -1150 },
    });
  });

  test('sells added units at the price of their line, without its discount, with current tax', () => {
    const outcome = editOf(aMugOrder(), anEdit({ lines: [{ lineId: 'line-1', quantity: 5 }] }));
    const { order } = changedOf(outcome);
    expect(order.lines[0]).toMatchObject({ quantity: 5, unitPriceMinor: 1200, discountMinor: 101, totalMinor: 5899 });
    expect(order.lines[0]?.taxMinor).toBe(383 + 600);
    expect(reservationChange(outcome)).toEqual([{ sku: 'MUG', from: [{ warehouse: 'main', units: 3 }] }]);
  });

  test('adds lines at current prices and never reuses the id of a removed line', () => {
    const first = changedOf(
      editOf(
        aMugOrder(),
        anEdit({ lines: [{ lineId: 'line-2', quantity: 0 }], addLines: [{ sku: 'BOWL', quantity: 2 }] }),
      ),
    ).order;
    expect(first.lines.map(({ lineId, sku }) => [lineId, sku])).toEqual([
      ['line-1', 'MUG'],
      ['line-3', 'BOWL'],
    ]);
    expect(first.lines[1]).toMatchObject({ unitPriceMinor: 600, taxMinor: 200, totalMinor: 1200, category: 'kitchen' });
    const removed = changedOf(editOf(first, anEdit({ editId: 'edit-2', lines: [{ lineId: 'line-3', quantity: 0 }] })));
    const outcome = editOf(removed.order, anEdit({ editId: 'edit-3', addLines: [{ sku: 'MUG', quantity: 1 }] }));
    expect(changedOf(outcome).order.lines.map(({ lineId, unitPriceMinor }) => [lineId, unitPriceMinor])).toEqual([
      ['line-1', 1200],
      ['line-4', 1500],
    ]);
  });

  test('reserves added units in the warehouses of the order first, and adds lines for other warehouses', () => {
    const stock = inStock({ MUG: { main: 1, north: 9 }, PLATE: { main: 9, north: 9 } });
    const order = aMugOrder();
    const spread = editOf(order, anEdit({ lines: [{ lineId: 'line-1', quantity: 6 }] }), {
      stock: inStock({ MUG: { main: 1, north: 3 } }),
    });
    expect(
      changedOf(spread).order.lines.map(({ lineId, quantity, warehouse }) => [lineId, quantity, warehouse]),
    ).toEqual([
      ['line-1', 3, 'main'],
      ['line-2', 1, 'main'],
      ['line-3', 3, 'north'],
    ]);
    const north = aMugOrder({ lines: [mugs, { ...plate, warehouse: 'north' }] });
    const same = editOf(north, anEdit({ lines: [{ lineId: 'line-2', quantity: 2 }] }), { stock });
    expect(reservationChange(same)).toEqual([{ sku: 'PLATE', from: [{ warehouse: 'north', units: 1 }] }]);
  });

  test('changes the reservation of a SKU by the difference over all lines', () => {
    const content = anEdit({ lines: [{ lineId: 'line-1', quantity: 1 }], addLines: [{ sku: 'MUG', quantity: 3 }] });
    const outcome = editOf(aMugOrder(), content, { stock: inStock({ MUG: { main: 2 } }) });
    expect(reservationChange(outcome)).toEqual([{ sku: 'MUG', from: [{ warehouse: 'main', units: 2 }] }]);
    const swap = anEdit({ lines: [{ lineId: 'line-1', quantity: 1 }], addLines: [{ sku: 'MUG', quantity: 1 }] });
    expect(reservationChange(editOf(aMugOrder(), swap, { stock: inStock({ MUG: { main: 0 } }) }))).toEqual([]);
  });

  test('prices a new shipping method at its current price and keeps the price of the same method', () => {
    const agreed = aMugOrder({ shippingMinor: 300, taxMinor: 516 + 50, totalMinor: 3399 });
    expect(changedOf(editOf(agreed, anEdit({ shippingMethod: 'express' }))).order).toMatchObject({ totalMinor: 3399 });
    const outcome = editOf(agreed, anEdit({ shippingMethod: 'standard' }));
    expect(changedOf(outcome).order).toMatchObject({ shippingMinor: 0, taxMinor: 516, totalMinor: 3099 });
    expect(editedEvent(outcome).differences).toMatchObject({ shippingMinor: -300, taxMinor: -50, totalMinor: -300 });
  });

  test('keeps the charges of the order', () => {
    const dutiable = aMugOrder({ charges: [aDuty(250)] });
    const withDuty = { ...dutiable, totalMinor: dutiable.totalMinor + 250 };
    const outcome = editOf(withDuty, anEdit({ shippingMethod: 'standard' }));
    const { totalMinor: plainMinor } = changedOf(editOf(aMugOrder(), anEdit({ shippingMethod: 'standard' }))).order;
    expect(changedOf(outcome).order).toMatchObject({ charges: [aDuty(250)], totalMinor: plainMinor + 250 });
  });

  test('publishes a new address and note in its event', () => {
    const shippingAddress = { country: 'FR', city: 'Lyon' };
    const outcome = editOf(aMugOrder({ note: 'old' }), anEdit({ shippingAddress, note: 'new' }));
    expect(changedOf(outcome).order).toMatchObject({ shippingAddress, note: 'new', totalMinor: 3594 });
    expect(editedEvent(outcome)).toMatchObject({ shippingAddress, note: 'new', lines: [] });
  });

  test('is applied once per edit id', () => {
    const content = anEdit({ lines: [{ lineId: 'line-1', quantity: 1 }] });
    const { order } = changedOf(editOf(aMugOrder(), content));
    expect(editOf(order, content)).toEqual({ kind: 'already-done', order });
    expect(editOf(order, { ...content, reason: 'other' })).toMatchObject({ kind: 'conflict', type: 'edit-conflict' });
  });

  test('with If-Match is refused for another version, and its repetition is recognised', () => {
    const content = anEdit({ note: 'x' });
    const send = (order: OrderItem, ifMatch: string) =>
      edit(order, { content, contentHash: 'hash', ifMatch }, anOffer(), aPolicy());
    expect(send(aMugOrder({ version: 3 }), '"2"')).toEqual({ kind: 'stale' });
    expect(changedOf(send(aMugOrder({ version: 3 }), '*')).order.version).toBe(4);
    const { order } = changedOf(send(aMugOrder({ version: 3 }), '"3"'));
    expect(send(order, '"3"')).toMatchObject({ kind: 'already-done' });
  });

  test('uses the price of a channel that sets its own prices', () => {
    const content = anEdit({ addLines: [{ sku: 'BOWL', quantity: 1, unitPriceMinor: 1 }] });
    expect(changedOf(editOf(aMugOrder(), content, { pricesItself: true })).order.lines[2]).toMatchObject({
      unitPriceMinor: 1,
    });
  });
});

describe('an edit is refused for', () => {
  test.each<[string, OrderEdit, Outcome['kind'], Record<string, unknown>]>([
    [
      'an unknown line',
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
    ['an inactive SKU', anEdit({ addLines: [{ sku: 'OLD', quantity: 1 }] }), 'invalid', { type: 'inactive-sku' }],
    ['a SKU of a draft', anEdit({ addLines: [{ sku: 'DRAFT', quantity: 1 }] }), 'invalid', { type: 'inactive-sku' }],
    [
      'a SKU with another currency',
      anEdit({ addLines: [{ sku: 'FOREIGN', quantity: 1 }] }),
      'invalid',
      { type: 'wrong-currency' },
    ],
    [
      'an outdated price',
      anEdit({ addLines: [{ sku: 'MUG', quantity: 1, unitPriceMinor: 1200 }] }),
      'invalid',
      { type: 'price-changed', lines: [{ unitPriceMinor: 1500 }] },
    ],
    ['an unknown shipping method', anEdit({ shippingMethod: 'drone' }), 'invalid', { type: 'unknown-shipping-method' }],
    [
      'more units than are in stock',
      anEdit({ lines: [{ lineId: 'line-1', quantity: 103 }] }),
      'conflict',
      { type: 'out-of-stock', extension: { lines: [{ sku: 'MUG', requested: 101, available: 100 }] } },
    ],
    [
      'an order without units',
      anEdit({
        lines: [
          { lineId: 'line-1', quantity: 0 },
          { lineId: 'line-2', quantity: 0 },
        ],
      }),
      'invalid',
      { type: 'nothing-left' },
    ],
  ])('%s', (_, content, kind, refusal) => {
    expect(editOf(aMugOrder(), content)).toMatchObject({ kind, ...refusal });
  });

  test.each(['allocated', 'partly-shipped', 'shipped', 'delivered', 'completed', 'cancelled', 'expired'] as const)(
    'an order that is %s',
    (status) => {
      expect(editOf(aMugOrder({ status }), anEdit({ note: 'x' }))).toMatchObject({ kind: 'illegal', status });
    },
  );

  test('a line with cancelled units, while other lines can be edited', () => {
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

  test('more lines or SKUs than the limits', () => {
    const many = Array.from({ length: 1001 }, (_, index) => ({ sku: `S-${index}`, quantity: 1 }));
    const skus = catalogue(...many.map(({ sku }) => aSku({ sku, priceMinor: 1 })));
    const stock = inStock(Object.fromEntries(many.map(({ sku }) => [sku, { main: 1 }])));
    const add = (addLines: OrderEdit['addLines']) => editOf(aMugOrder(), anEdit({ addLines }), { skus, stock });
    expect(add(many.slice(0, 97)).kind).toBe('changed');
    expect(add(many.slice(0, 98))).toMatchObject({ kind: 'invalid', type: 'edit-too-large' });
    expect(add(many.slice(0, 999))).toMatchObject({ kind: 'invalid', type: 'too-many-lines' });
  });
});
