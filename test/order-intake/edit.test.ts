import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cancel } from '../../functions/order-intake/cancellation.ts';
import type { Outcome } from '../../functions/order-intake/change.ts';
import { edit, skusOf } from '../../functions/order-intake/edit.ts';
import { allOpen } from '../../functions/order-intake/line-units.ts';
import type { OrderItem } from '../../functions/order-intake/order-item.ts';
import { balanceOf } from '../../functions/order-intake/payment.ts';
import type { SkuRecord } from '../../shared/catalog/sku-item.ts';
import { OrderEdited } from '../../shared/events/order-life.ts';
import type { OrderEdit } from '../../shared/http/order-edits.ts';
import { takesOf } from '../../shared/stock/take.ts';
import { aCapture, aCause, aPolicy, aSku, aStock } from '../support/builders.ts';
import { aDuty, aPlacedOrder } from '../support/placed-order.ts';

const anEdit = (given: Partial<OrderEdit> = {}): OrderEdit => ({ editId: 'edit-1', reason: 'asked for', ...given });

type Line = OrderItem['lines'][number];
const mugs: Line = {
  lineId: 'line-1',
  sku: 'MUG',
  quantity: 2,
  unitPriceMinor: 1200,
  discountMinor: 101,
  taxMinor: 383,
  totalMinor: 2299,
  warehouse: 'main',
  category: 'kitchen',
};
const plate: Line = {
  lineId: 'line-2',
  sku: 'PLATE',
  quantity: 1,
  unitPriceMinor: 800,
  discountMinor: 0,
  taxMinor: 133,
  totalMinor: 800,
  warehouse: 'main',
};
/** Two mugs at 12.00 with 1.01 off, tax included, and a plate at 8.00; express. */
const aMugOrder = (given: Partial<OrderItem> = {}): OrderItem => ({
  ...aPlacedOrder(),
  lines: [mugs, plate],
  subtotalMinor: 3200,
  discountMinor: 101,
  shippingMinor: 495,
  taxMinor: 599,
  totalMinor: 3594,
  ...given,
});

const catalogue = (...skus: SkuRecord[]) => new Map(skus.map((sku) => [sku.sku, sku]));
/** Prices have changed since the order. */
const today = catalogue(
  aSku({ sku: 'MUG', priceMinor: 1500 }),
  aSku({ sku: 'PLATE', priceMinor: 900 }),
  aSku({ sku: 'BOWL', priceMinor: 600, category: 'kitchen' }),
  aSku({ sku: 'OLD', active: false }),
  aSku({ sku: 'FOREIGN', currency: 'EUR' }),
);
const inStock = (available: Record<string, Record<string, number>>) =>
  new Map(Object.entries(available).map(([sku, units]) => [sku, aStock(sku, units)]));
const plenty = inStock(Object.fromEntries([...today.keys()].map((sku) => [sku, { main: 50, north: 50 }])));
const anOffer = (given: Partial<Parameters<typeof edit>[2]> = {}) => ({
  skus: today,
  stock: plenty,
  pricesItself: false,
  ...given,
});

const editOf = (order: OrderItem, content: OrderEdit, given: Partial<Parameters<typeof edit>[2]> = {}) =>
  edit(order, { content, contentHash: JSON.stringify(content) }, anOffer(given), aPolicy());
const changedOf = (outcome: Outcome) => {
  if (outcome.kind !== 'changed') throw new Error(`Not edited: ${JSON.stringify(outcome)}`);
  return outcome;
};
const eventsOf = (outcome: Outcome) => changedOf(outcome).events.map((tell) => tell(aCause()));
const editedEvent = (outcome: Outcome) => OrderEdited.envelope.parse(eventsOf(outcome)[0]).detail.data;
const exchanged = (outcome: Outcome) => changedOf(outcome).stock?.takes;

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

  test('of a channel that prices itself has its price', () => {
    const content = anEdit({ addLines: [{ sku: 'BOWL', quantity: 1, unitPriceMinor: 1 }] });
    expect(changedOf(editOf(aMugOrder(), content, { pricesItself: true })).order.lines[2]).toMatchObject({
      unitPriceMinor: 1,
    });
  });
});

describe('money after an edit', () => {
  const more = anEdit({ lines: [{ lineId: 'line-2', quantity: 2 }] });
  const less = anEdit({ lines: [{ lineId: 'line-2', quantity: 0 }] });
  const note = anEdit({ note: 'x' });
  const nothing = { lineId: 'line-1', unitPriceMinor: 0, taxMinor: 0, totalMinor: 0 };
  const free = aMugOrder({
    lines: [{ ...plate, ...nothing }],
    shippingMethod: 'standard',
    shippingMinor: 0,
    subtotalMinor: 0,
    discountMinor: 0,
    taxMinor: 0,
    totalMinor: 0,
  });
  const paid = { status: 'paid' as const, payments: [aCapture(3594)] };
  test.each<[string, OrderItem, OrderEdit, string, string[] | undefined]>([
    ['too little is held', aMugOrder(paid), more, 'on-hold', ['underpaid']],
    ['too much is held', aMugOrder(paid), less, 'on-hold', ['overpaid']],
    [
      'what was too much, and may have gone back, pays for nothing more',
      aMugOrder({ status: 'paid', payments: [aCapture(4500)] }),
      more,
      'on-hold',
      ['overpaid', 'refund-due'],
    ],
    [
      'nor if it would be just enough',
      aMugOrder({ status: 'paid', payments: [aCapture(3594 + 800)] }),
      more,
      'on-hold',
      ['refund-due'],
    ],
    ['as much as before is as before', aMugOrder(paid), note, 'paid', undefined],
    [
      'a difference that staff accepted is not held again',
      aMugOrder({ status: 'paid', payments: [aCapture(9)] }),
      note,
      'paid',
      undefined,
    ],
    [
      'what was captured fits now',
      aMugOrder({ status: 'on-hold', holdReasons: ['underpaid'], payments: [aCapture(2794)] }),
      less,
      'paid',
      undefined,
    ],
    [
      'another reason holds it still',
      aMugOrder({ status: 'on-hold', holdReasons: ['risk', 'underpaid'], payments: [aCapture(2794)] }),
      less,
      'on-hold',
      ['risk'],
    ],
    [
      'nothing is to be paid any more',
      aMugOrder({ ...free, lines: [{ ...plate, ...nothing }, plate], totalMinor: 800, status: 'payment-pending' }),
      less,
      'paid',
      undefined,
    ],
    [
      'nothing is captured yet',
      aMugOrder({ status: 'payment-pending', paymentWindowMinutes: 5 }),
      more,
      'payment-pending',
      undefined,
    ],
    [
      'an order for nothing comes to cost something',
      { ...free, paymentWindowMinutes: 5 },
      anEdit({ addLines: [{ sku: 'BOWL', quantity: 1 }] }),
      'on-hold',
      ['underpaid'],
    ],
    [
      'a channel does not wait for money',
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

test('any edits of any order: the sums are those of its lines, its events tell all of it, no unit is lost', () => {
  let made = 0;
  fc.assert(
    fc.property(edits, fc.boolean(), (wanted, taxIncluded) => {
      const policy = aPolicy({ taxIncluded });
      const first = aMugOrder({ taxIncluded, ...(!taxIncluded && taxedOnTop) });
      // All units there are: in stock, or of the order.
      const stock = inStock({ MUG: { main: 4, north: 3 }, PLATE: { main: 2, north: 5 }, BOWL: { main: 0, north: 6 } });
      const all = { MUG: 4 + 3 + 2, PLATE: 2 + 5 + 1, BOWL: 6 };
      let order = first;
      let told = order.totalMinor;
      for (const { lines, adds, shippingMethod } of wanted) {
        const known = Object.entries(lines).filter(([lineId]) => order.lines.some((line) => line.lineId === lineId));
        const content = anEdit({
          editId: `edit-${(made += 1)}`,
          ...(known.length > 0 && { lines: known.map(([lineId, units]) => ({ lineId, quantity: units })) }),
          ...(adds.length > 0 && { addLines: adds }),
          shippingMethod,
        });
        const needed = new Set(skusOf(order, content));
        const offer = {
          skus: today,
          stock: new Map([...stock].filter(([sku]) => needed.has(sku))),
          pricesItself: false,
        };
        const outcome = edit(order, { content, contentHash: content.editId }, offer, policy);
        if (outcome.kind !== 'changed') continue;
        order = outcome.order;
        told += editedEvent(outcome).differences.totalMinor;
        for (const { sku, from } of outcome.stock?.takes ?? []) {
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
      expect(told).toBe(order.totalMinor);
      const held = new Map(
        takesOf(allOpen(order)).map(({ sku, from }) => [sku, from.reduce((total, { units }) => total + units, 0)]),
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
});
