import { describe, expect, test } from 'vitest';
import { edit } from '../../functions/order-intake/editing/edit.ts';
import type { OrderItem } from '../../functions/order-intake/order/order-item.ts';
import { aPolicy } from '../support/builders.ts';
import { aDuty } from '../support/orders/placed-order.ts';
import {
  aMugOrder,
  anEdit,
  anOffer,
  changedOf,
  editedEvent,
  editOf,
  exchanged,
  inStock,
  mugs,
  plate,
} from './mug-order.ts';

describe('an edit', () => {
  test('to fewer units leaves their shares of discount and tax with those that stay', () => {
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
    expect(exchanged(outcome)).toEqual([{ sku: 'MUG', from: [{ warehouse: 'main', units: -1 }] }]);
    expect(editedEvent(outcome)).toMatchObject({
      lines: [{ before: { quantity: 2 }, after: { quantity: 1 } }],
      differences: { subtotalMinor: -1200, discountMinor: -50, shippingMinor: 0, taxMinor: -191, totalMinor: -1150 },
    });
  });

  test('to more units sells them at the price of their line, without its discount, with tax of their own', () => {
    const outcome = editOf(aMugOrder(), anEdit({ lines: [{ lineId: 'line-1', quantity: 5 }] }));
    const { order } = changedOf(outcome);
    expect(order.lines[0]).toMatchObject({ quantity: 5, unitPriceMinor: 1200, discountMinor: 101, totalMinor: 5899 });
    expect(order.lines[0]?.taxMinor).toBe(383 + 600);
    expect(exchanged(outcome)).toEqual([{ sku: 'MUG', from: [{ warehouse: 'main', units: 3 }] }]);
  });

  test('adds lines at today’s prices, and never gives the id of a removed line again', () => {
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

  test('takes more units from where the order comes from, and those from elsewhere as lines of their own', () => {
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
    expect(exchanged(same)).toEqual([{ sku: 'PLATE', from: [{ warehouse: 'north', units: 1 }] }]);
  });

  test('of a SKU that goes up in one line and down in another moves the difference only', () => {
    const content = anEdit({ lines: [{ lineId: 'line-1', quantity: 1 }], addLines: [{ sku: 'MUG', quantity: 3 }] });
    const outcome = editOf(aMugOrder(), content, { stock: inStock({ MUG: { main: 2 } }) });
    expect(exchanged(outcome)).toEqual([{ sku: 'MUG', from: [{ warehouse: 'main', units: 2 }] }]);
    const swap = anEdit({ lines: [{ lineId: 'line-1', quantity: 1 }], addLines: [{ sku: 'MUG', quantity: 1 }] });
    expect(exchanged(editOf(aMugOrder(), swap, { stock: inStock({ MUG: { main: 0 } }) }))).toEqual([]);
  });

  test('to another shipping method has its price of today; the same method keeps what was agreed', () => {
    const agreed = aMugOrder({ shippingMinor: 300, taxMinor: 516 + 50, totalMinor: 3399 });
    expect(changedOf(editOf(agreed, anEdit({ shippingMethod: 'express' }))).order).toMatchObject({ totalMinor: 3399 });
    const outcome = editOf(agreed, anEdit({ shippingMethod: 'standard' }));
    expect(changedOf(outcome).order).toMatchObject({ shippingMinor: 0, taxMinor: 516, totalMinor: 3099 });
    expect(editedEvent(outcome).differences).toMatchObject({ shippingMinor: -300, taxMinor: -50, totalMinor: -300 });
  });

  test('keeps its duties', () => {
    const dutiable = aMugOrder({ charges: [aDuty(250)] });
    const withDuty = { ...dutiable, totalMinor: dutiable.totalMinor + 250 };
    const outcome = editOf(withDuty, anEdit({ shippingMethod: 'standard' }));
    const { totalMinor: plainMinor } = changedOf(editOf(aMugOrder(), anEdit({ shippingMethod: 'standard' }))).order;
    expect(changedOf(outcome).order).toMatchObject({ charges: [aDuty(250)], totalMinor: plainMinor + 250 });
  });

  test('to where it goes and what is noted tells both in its event', () => {
    const shippingAddress = { country: 'FR', city: 'Lyon' };
    const outcome = editOf(aMugOrder({ note: 'old' }), anEdit({ shippingAddress, note: 'new' }));
    expect(changedOf(outcome).order).toMatchObject({ shippingAddress, note: 'new', totalMinor: 3594 });
    expect(editedEvent(outcome)).toMatchObject({ shippingAddress, note: 'new', lines: [] });
  });

  test('under one id does one thing', () => {
    const content = anEdit({ lines: [{ lineId: 'line-1', quantity: 1 }] });
    const { order } = changedOf(editOf(aMugOrder(), content));
    expect(editOf(order, content)).toEqual({ kind: 'already-done', order });
    expect(editOf(order, { ...content, reason: 'other' })).toMatchObject({ kind: 'conflict', type: 'edit-conflict' });
  });

  test('for one version of the order is not made of another, and is not lost when it was made', () => {
    const content = anEdit({ note: 'x' });
    const send = (order: OrderItem, ifMatch: string) =>
      edit(order, { content, contentHash: 'hash', ifMatch }, anOffer(), aPolicy());
    expect(send(aMugOrder({ version: 3 }), '"2"')).toEqual({ kind: 'stale' });
    expect(changedOf(send(aMugOrder({ version: 3 }), '*')).order.version).toBe(4);
    const { order } = changedOf(send(aMugOrder({ version: 3 }), '"3"'));
    expect(send(order, '"3"')).toMatchObject({ kind: 'already-done' });
  });

  test('of a channel that prices itself has its price', () => {
    const content = anEdit({ addLines: [{ sku: 'BOWL', quantity: 1, unitPriceMinor: 1 }] });
    expect(changedOf(editOf(aMugOrder(), content, { pricesItself: true })).order.lines[2]).toMatchObject({
      unitPriceMinor: 1,
    });
  });
});
