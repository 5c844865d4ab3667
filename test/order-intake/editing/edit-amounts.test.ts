import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cancel } from '../../../functions/order-intake/cancellation/cancel.ts';
import { expireUnpaid } from '../../../functions/order-intake/order/deadlines.ts';
import { indexKeys, type OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { release } from '../../../functions/order-intake/risk/review.ts';
import type { OrderEdit } from '../../../shared/contracts/orders/edit-routes.ts';
import { aCapture, noon, aPolicy } from '../../support/builders.ts';
import { edit, skusOf } from '../../../functions/order-intake/editing/edit.ts';
import { allOpenUnits } from '../../../functions/order-intake/order/line-units.ts';
import { reservationsOf } from '../../../shared/stock/reservation.ts';
import {
  aMugOrder,
  anEdit,
  anOffer,
  changedOf,
  editOf,
  eventsOf,
  plate,
  editedEvent,
  inStock,
  mugs,
  today,
} from './mug-order.ts';

describe('payment state after an edit', () => {
  const more = anEdit({ lines: [{ lineId: 'line-2', quantity: 2 }] });
  const less = anEdit({ lines: [{ lineId: 'line-2', quantity: 0 }] });
  const note = anEdit({ note: 'x' });
  const freeLine = { lineId: 'line-1', unitPriceMinor: 0, taxMinor: 0, totalMinor: 0 };
  const free = aMugOrder({
    lines: [{ ...plate, ...freeLine }],
    shippingMethod: 'standard',
    shippingMinor: 0,
    subtotalMinor: 0,
    discountMinor: 0,
    taxMinor: 0,
    totalMinor: 0,
  });
  const unpaidPlate = { ...free, lines: [{ ...plate, ...freeLine }, plate], totalMinor: 800, paymentWindowMinutes: 5 };
  const paid = { status: 'paid' as const, payments: [aCapture(3594)] };
  test.each<[string, OrderItem, OrderEdit, string, string[] | undefined]>([
    ['a larger total than captured holds the order', aMugOrder(paid), more, 'on-hold', ['underpaid']],
    ['a smaller total than captured holds the order', aMugOrder(paid), less, 'on-hold', ['overpaid']],
    [
      'an excess that may be refunded does not pay for a larger total',
      aMugOrder({ status: 'paid', payments: [aCapture(4500)] }),
      more,
      'on-hold',
      ['overpaid', 'refund-due'],
    ],
    [
      'an excess that may be refunded does not pay for exactly that total',
      aMugOrder({ status: 'paid', payments: [aCapture(3594 + 800)] }),
      more,
      'on-hold',
      ['refund-due'],
    ],
    ['an unchanged total changes nothing', aMugOrder(paid), note, 'paid', undefined],
    [
      'a difference that staff accepted does not hold again',
      aMugOrder({ status: 'paid', payments: [aCapture(9)] }),
      note,
      'paid',
      undefined,
    ],
    [
      'a total equal to the captured amount releases the order',
      aMugOrder({ status: 'on-hold', holdReasons: ['underpaid'], payments: [aCapture(2794)] }),
      less,
      'paid',
      undefined,
    ],
    [
      'another hold reason remains',
      aMugOrder({ status: 'on-hold', holdReasons: ['risk', 'underpaid'], payments: [aCapture(2794)] }),
      less,
      'on-hold',
      ['risk'],
    ],
    [
      'a total of 0 needs no payment',
      aMugOrder({ ...unpaidPlate, status: 'payment-pending' }),
      less,
      'paid',
      undefined,
    ],
    [
      'a total of 0 releases an underpaid order',
      aMugOrder({ ...unpaidPlate, status: 'on-hold', holdReasons: ['underpaid'] }),
      less,
      'paid',
      undefined,
    ],
    [
      'a pending order without captures stays pending',
      aMugOrder({ status: 'payment-pending', paymentWindowMinutes: 5 }),
      more,
      'payment-pending',
      undefined,
    ],
    [
      'a free order with a positive total is held as underpaid',
      { ...free, paymentWindowMinutes: 5 },
      anEdit({ addLines: [{ sku: 'BOWL', quantity: 1 }] }),
      'on-hold',
      ['underpaid'],
    ],
    [
      'a free order of a channel without payment window stays placed',
      free,
      anEdit({ addLines: [{ sku: 'BOWL', quantity: 1 }] }),
      'placed',
      undefined,
    ],
  ])('%s', (_, order, content, status, holdReasons) => {
    const outcome = editOf(order, content);
    const { order: after } = changedOf(outcome);
    expect([after.status, after.holdReasons]).toEqual([status, holdReasons]);
    const isNewlyHeld = status === 'on-hold' && order.status !== 'on-hold';
    expect(eventsOf(outcome).map((event) => event['detail-type'])).toEqual(
      isNewlyHeld ? ['OrderEdited', 'OrderHeld'] : ['OrderEdited'],
    );
  });

  test('ends the payment deadline of a held order whose total becomes 0', () => {
    const reservedUntil = new Date(noon).toISOString();
    const held = aMugOrder({ ...unpaidPlate, status: 'on-hold', holdReasons: ['risk'], reservedUntil });
    const cancellation = { requestId: 'r', reason: 'x', lines: [{ lineId: 'line-2', quantity: 1 }] };
    for (const outcome of [editOf(held, less), cancel(held, cancellation, '')]) {
      const { order } = changedOf(outcome);
      expect(order).toMatchObject({ status: 'on-hold', holdReasons: ['risk'], reservedUntil: null });
      expect(indexKeys(order, '2026-03-05').dueAt).toBeUndefined();
      expect(expireUnpaid(order, noon)).toMatchObject({ kind: 'already-done' });
      expect(release(order, 'known customer', noon)).toMatchObject({ order: { status: 'paid' } });
      const costly = changedOf(editOf(order, anEdit({ editId: 'edit-2', addLines: [{ sku: 'BOWL', quantity: 1 }] })));
      expect(costly.order).toMatchObject({
        status: 'on-hold',
        holdReasons: ['risk', 'underpaid'],
        reservedUntil: null,
      });
    }
  });
});

const quantity = fc.integer({ min: 0, max: 6 });
const edits = fc.array(
  fc.record({
    lines: fc.dictionary(fc.constantFrom('line-1', 'line-2', 'line-3', 'line-4'), quantity),
    adds: fc.array(
      fc.record({ sku: fc.constantFrom('MUG', 'PLATE', 'BOWL'), quantity: fc.integer({ min: 1, max: 5 }) }),
      { maxLength: 2 },
    ),
    shippingMethod: fc.option(fc.constantFrom('standard', 'express'), { nil: undefined }),
  }),
  { maxLength: 8 },
);

const taxedOnTop = {
  lines: [mugs, plate].map((line) => Object.assign({}, line, { totalMinor: line.totalMinor + line.taxMinor })),
  taxMinor: 615,
  totalMinor: 3594 + 615,
};

test('after any edits, totals match the lines, events match the totals, and no unit is lost', () => {
  let editCount = 0;
  let edited = 0;
  fc.assert(
    fc.property(edits, fc.boolean(), (wanted, taxIncluded) => {
      const policy = aPolicy({ taxIncluded });
      const first = aMugOrder({ taxIncluded, ...(!taxIncluded && taxedOnTop) });
      // All units of each SKU, in stock or reserved by the order.
      const stock = inStock({ MUG: { main: 4, north: 3 }, PLATE: { main: 2, north: 5 }, BOWL: { main: 0, north: 6 } });
      const all = { MUG: 4 + 3 + 2, PLATE: 2 + 5 + 1, BOWL: 6 };
      let order = first;
      let publishedMinor = order.totalMinor;
      for (const { lines, adds, shippingMethod } of wanted) {
        const known = Object.entries(lines).filter(([lineId]) => order.lines.some((line) => line.lineId === lineId));
        const content = anEdit({
          editId: `edit-${(editCount += 1)}`,
          ...(known.length > 0 && { lines: known.map(([lineId, units]) => ({ lineId, quantity: units })) }),
          ...(adds.length > 0 && { addLines: adds }),
          shippingMethod,
        });
        const needed = new Set(skusOf(order, content));
        const offer = {
          skus: today,
          stock: new Map([...stock].filter(([sku]) => needed.has(sku))),
          pricesItself: false,
          now: 0,
        };
        const outcome = edit(order, { content, contentHash: content.editId }, offer, policy);
        if (outcome.kind !== 'changed') continue;
        edited += 1;
        order = outcome.order;
        publishedMinor += editedEvent(outcome).differences.totalMinor;
        for (const { sku, from } of outcome.stock?.reservations ?? []) {
          for (const { warehouse, units } of from) {
            const counters = stock.get(sku)?.warehouses[warehouse];
            if (counters) counters.available -= units;
            expect(counters?.available).toBeGreaterThanOrEqual(0);
          }
        }
        for (const line of order.lines) {
          const { discountMinor, taxMinor, unitPriceMinor } = line;
          expect(line.totalMinor).toBe(line.quantity * unitPriceMinor - discountMinor + (taxIncluded ? 0 : taxMinor));
        }
        expect(new Set(order.lines.map(({ lineId }) => lineId)).size).toBe(order.lines.length);
      }
      const sum = (of: (line: OrderItem['lines'][number]) => number) =>
        order.lines.reduce((total, line) => total + of(line), 0);
      expect(order.subtotalMinor).toBe(sum((line) => line.quantity * line.unitPriceMinor));
      expect(order.discountMinor).toBe(sum((line) => line.discountMinor));
      const shippingTaxMinor = order.taxMinor - sum((line) => line.taxMinor);
      expect(shippingTaxMinor).toBe(order.shippingMinor === 0 ? 0 : taxIncluded ? 83 : 99);
      expect(order.totalMinor).toBe(
        sum((line) => line.totalMinor) + order.shippingMinor + (taxIncluded ? 0 : shippingTaxMinor),
      );
      expect(publishedMinor).toBe(order.totalMinor);
      const held = new Map(
        reservationsOf(allOpenUnits(order)).map(({ sku, from }) => [
          sku,
          from.reduce((total, { units }) => total + units, 0),
        ]),
      );
      for (const [sku, units] of Object.entries(all)) {
        const left = Object.values(stock.get(sku)?.warehouses ?? {}).reduce(
          (total, { available }) => total + available,
          0,
        );
        expect(left + (held.get(sku) ?? 0), sku).toBe(units);
      }
    }),
  );
  expect(edited).toBeGreaterThan(0);
});

describe('units added to a line of a channel that prices itself', () => {
  const grow = anEdit({ lines: [{ lineId: 'line-2', quantity: 4 }] });
  test.each<[string, Partial<OrderItem>, number, number]>([
    ['are taxed at the current rate if the line is', {}, 133, 533],
    ['are taxed like the line if the channel sent its own tax', {}, 80, 320],
    ['are not taxed if the channel sent no tax', {}, 0, 0],
    ['are taxed like the line if the prices of the order exclude tax', { taxIncluded: false }, 70, 280],
    ['are taxed at the current rate if the line was free', { discountMinor: 800 }, 0, 400],
  ])('%s', (_name, { discountMinor = 0, taxIncluded = true }, taxMinor, expected) => {
    const totalMinor = 800 - discountMinor + (taxIncluded ? 0 : taxMinor);
    const line = { ...plate, discountMinor, taxMinor, totalMinor };
    const order = aMugOrder({ lines: [mugs, line], taxIncluded });
    const after = changedOf(editOf(order, grow, { pricesItself: true })).order.lines[1];
    expect(after).toMatchObject({ quantity: 4, taxMinor: expected });
    expect(after?.totalMinor).toBe(3200 - discountMinor + (taxIncluded ? 0 : expected));
  });

  test('and new lines may have amounts of the channel, which must add up', () => {
    const bowl = { sku: 'BOWL', quantity: 2, unitPriceMinor: 500, discountMinor: 100, taxMinor: 9 };
    const edited = (totalMinor: number) =>
      editOf(aMugOrder(), anEdit({ addLines: [{ ...bowl, totalMinor }] }), { pricesItself: true });
    expect(changedOf(edited(900)).order.lines[2]).toMatchObject({ discountMinor: 100, taxMinor: 9, totalMinor: 900 });
    expect(edited(1000)).toMatchObject({
      kind: 'invalid',
      type: 'amounts-differ',
      errors: [{ pointer: '/addLines/0/totalMinor', detail: expect.stringContaining('Expected 900') }],
    });
  });
});

test.each([
  ['above the ceiling', 5, 3000, 'invalid'],
  ['within it', 2, 100_000, 'changed'],
  ['smaller, although still above it', 0, 100, 'changed'],
])('an edit that makes an order %s is decided by the ceilings of its channel', (_what, quantity, orderMinor, kind) => {
  const policy = aPolicy({ ceilings: { unitPriceMinor: 100_000, orderMinor } });
  const order = aMugOrder({});
  const content = anEdit({ lines: [{ lineId: 'line-2', quantity }] });
  expect(edit(order, { content, contentHash: 'h' }, anOffer(), policy).kind).toBe(kind);
});

describe('the ceilings of a channel, in an edit', () => {
  const add = (unitPriceMinor?: number) => ({ sku: 'BOWL', quantity: 1, ...(unitPriceMinor && { unitPriceMinor }) });
  const more = (lineId: string) => ({ lines: [{ lineId, quantity: 9 }] });
  const fewer = { lines: [{ lineId: 'line-1', quantity: 1 }] };

  // A mug costs 1200 and a plate 800; the order's total is 3594.
  test.each<[string, object, boolean, [price: number, order: number], string[]]>([
    [
      'an added line of a sent price',
      { addLines: [add(900), add(1001)] },
      true,
      [1000, 90_000],
      ['/addLines/1/unitPriceMinor'],
    ],
    ['an added line of the catalogue price', { addLines: [add()] }, false, [500, 90_000], ['/addLines/0']],
    ['an increased line', more('line-1'), false, [1000, 90_000], ['/lines/0/quantity']],
    ['an increased line beside an expensive one', more('line-2'), false, [1000, 90_000], []],
    ['an added line beside an expensive one', { addLines: [add()] }, false, [1000, 90_000], []],
    ['a smaller expensive line', fewer, false, [1000, 100], []],
    [
      'an expensive added line of a smaller order',
      { ...fewer, addLines: [add(1001)] },
      true,
      [1000, 100],
      ['/addLines/0/unitPriceMinor'],
    ],
    ['the total by increased lines', more('line-2'), false, [9000, 4000], ['/lines']],
    ['the total by added lines', { addLines: [add()] }, false, [9000, 4000], ['/addLines']],
    ['the total by both', { ...more('line-2'), addLines: [add()] }, false, [9000, 4000], ['/lines', '/addLines']],
    [
      'the total by added lines beside a smaller one',
      { ...fewer, addLines: [{ sku: 'BOWL', quantity: 9 }] },
      false,
      [9000, 4000],
      ['/addLines'],
    ],
    ['a price and the total', { addLines: [add()] }, false, [500, 4000], ['/addLines/0', '/addLines']],
    ['a note of an expensive order', { note: 'Ring twice' }, false, [1, 1], []],
  ])('concern %s', (_name, given, pricesItself, [unitPriceMinor, orderMinor], pointers) => {
    const policy = aPolicy({ ceilings: { unitPriceMinor, orderMinor } });
    const outcome = edit(aMugOrder(), { content: anEdit(given), contentHash: 'h' }, anOffer({ pricesItself }), policy);
    const errors = outcome.kind === 'invalid' ? outcome.errors : [];
    expect(errors.map(({ pointer }) => pointer)).toEqual(pointers);
    expect(outcome).toMatchObject(pointers.length > 0 ? { type: 'amount-too-large' } : { kind: 'changed' });
  });
});
