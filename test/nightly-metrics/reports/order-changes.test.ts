import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventDefinition, newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderImported } from '../../../shared/contracts/orders/import-events.ts';
import {
  OrderCancelled,
  OrderEdited,
  OrderExpired,
  OrderLinesCancelled,
} from '../../../shared/contracts/orders/life-cycle-events.ts';
import { build } from './build-day.ts';
import { lakeFile, orderPlaced } from './lake-files.ts';

let count = 0;

/** A cancellation event. @default on 15 June 2011 */
function change(definition: EventDefinition, given: Record<string, unknown> = {}, at = '2011-06-15T11:00:00.000Z') {
  count += 1;
  const data = {
    orderId: `ord_${count}`,
    externalOrderId: `web-${count}`,
    channel: 'storefront',
    currency: 'GBP',
    status: 'cancelled',
    version: 2,
    requestId: 'r',
    reason: 'changed my mind',
    lines: [{ lineId: 'l0', sku: 'MUG', warehouse: 'main', quantity: 1 }],
    cancelledMinor: 1000,
    ...given,
  };
  return newEvent(definition, data, { actor: 'a', correlationId: 'c', causationId: 'c', now: Date.parse(at) }, at);
}
/** The columns of the totals before the facts, without refunds. */
const isEarlier = (name: string) =>
  /^(channel|currency|orders|(net|cancelled|edited)?units|(total|net|cancelled|edited)Minor)$/i.test(name);
const lines = (...quantities: number[]) =>
  quantities.map((quantity, index) => ({ lineId: `l${index}`, sku: 'MUG', warehouse: 'main', quantity }));

/** An edit event: quantities of lines before and after, and the change of the order's total. */
const edit = (quantities: [number | null, number | null][], totalMinor: number, given: Record<string, unknown> = {}) =>
  change(OrderEdited, {
    status: 'placed',
    cancelledMinor: undefined,
    lines: quantities.map(([before, after]) => ({
      before: before === null ? null : { quantity: before },
      after: after === null ? null : { quantity: after },
    })),
    differences: { totalMinor },
    ...given,
  });

describe('order changes of a day', () => {
  it('are listed for orders of any day and deducted from the totals of the day', async () => {
    const { rows, report } = await build([
      lakeFile(
        orderPlaced({ lines: [{ quantity: 3 }] }),
        orderPlaced({ channel: 'marketplace' }),
        change(OrderLinesCancelled, { orderId: 'ord_old', lines: lines(1, 2), cancelledMinor: 2750 }),
        change(OrderCancelled, { cancelledMinor: 1495 }),
        change(OrderExpired, { reason: undefined, status: 'expired', channel: 'telephone', cancelledMinor: 99 }),
        change(OrderCancelled, { currency: 'EUR', lines: [], cancelledMinor: 500 }),
        edit(
          [
            [3, 1],
            [null, 4],
          ],
          250,
        ),
        edit([[2, null]], -2000),
      ),
    ]);
    expect(rows('order-changes').map((row) => [row['orderId'], row['change'], row['cancelledUnits']])).toEqual([
      ['ord_old', 'OrderLinesCancelled', '3'],
      [expect.any(String), 'OrderCancelled', '1'],
      [expect.any(String), 'OrderExpired', '1'],
      [expect.any(String), 'OrderCancelled', '0'],
      [expect.any(String), 'OrderEdited', '0'],
      [expect.any(String), 'OrderEdited', '0'],
    ]);
    expect(rows('order-changes')[0]).toMatchObject({
      reason: 'changed my mind',
      changedAt: '2011-06-15T11:00:00.000Z',
      cancelledMinor: '2750',
    });
    const withoutRefunds = (row: Record<string, string>) =>
      Object.entries(row).flatMap(([name, value]) => (isEarlier(name) ? value : []));
    expect(rows('totals-by-channel').map((row) => withoutRefunds(row).join(' '))).toEqual([
      'marketplace GBP 1 1 1000 0 0 0 0 1 1000',
      'storefront EUR 0 0 0 0 500 0 0 0 -500',
      'storefront GBP 1 3 3000 4 4245 0 -1750 -1 -2995',
      'telephone GBP 0 0 0 1 99 0 0 -1 -99',
    ]);
    expect(report('totals-by-channel')?.amounts).toMatchObject({
      EUR: { totalMinor: 0, cancelledUnits: 0, cancelledMinor: 500, editedUnits: 0, editedMinor: 0, netMinor: -500 },
      GBP: {
        totalMinor: 4000,
        cancelledUnits: 5,
        cancelledMinor: 4344,
        editedUnits: 0,
        editedMinor: -1750,
        netMinor: -2094,
      },
    });
  });

  it('count an event once and do not change gross sales', async () => {
    const order = orderPlaced({ lines: [{ quantity: 2 }] });
    const cancelled = change(OrderCancelled, { lines: lines(2), cancelledMinor: 2000 });
    const { report } = await build([lakeFile(order, cancelled), lakeFile(cancelled)]);
    expect(report('order-changes')).toMatchObject({ rows: 1, amounts: { GBP: { cancelledMinor: 2000 } } });
    expect(report('sales-by-channel')).toMatchObject({ units: 2, amounts: { GBP: { totalMinor: 2000 } } });
    expect(report('totals-by-channel')).toMatchObject({ amounts: { GBP: { netMinor: 0 } } });
  });

  it('reconcile to the cent with any orders and cancellations', async () => {
    const amount = fc.integer({ min: 0, max: 1_000_000 });
    const where = { channel: fc.constantFrom('a', 'b'), currency: fc.constantFrom('GBP', 'EUR') };
    const order = fc.record({ ...where, shippingMinor: amount });
    const cancelled = fc.record({ ...where, cancelledMinor: amount });
    await fc.assert(
      fc.asyncProperty(
        fc.array(order, { maxLength: 6 }),
        fc.array(cancelled, { maxLength: 6 }),
        async (orders, changes) => {
          const events = [
            ...orders.map((each) => orderPlaced(each)),
            ...changes.map((each) => change(OrderCancelled, each)),
          ];
          const { report } = await build([lakeFile(...events)]);
          const sum = (of: { currency: string; [amount: string]: string | number }[], column: string) =>
            of.reduce((total, each) => total + (each.currency === 'GBP' ? Number(each[column]) : 0), 0);
          const gross =
            sum(orders, 'shippingMinor') + 1000 * orders.filter(({ currency }) => currency === 'GBP').length;
          const net = report('totals-by-channel')?.amounts['GBP']?.['netMinor'] ?? 0;
          expect(net).toBe(gross - sum(changes, 'cancelledMinor'));
        },
      ),
      { numRuns: 10 },
    );
  });

  it.each([
    ['without a currency', { currency: undefined }],
    ['without an amount', { cancelledMinor: undefined }],
    ['of half a unit', { lines: lines(0.5) }],
    ['with a negative amount', { cancelledMinor: -1 }],
    ['without lines', { lines: undefined }],
  ])('exclude and quarantine a cancellation %s', async (_, fields) => {
    const { input, report } = await build([lakeFile(change(OrderCancelled, fields), orderPlaced())]);
    expect(input.quarantined).toEqual([{ file: "file's 0.ndjson.gz", reason: 'invalid-change', rows: 1 }]);
    expect(report('order-changes')?.rows).toBe(0);
  });
});

it('quarantines an edit without an amount, or by half a unit', async () => {
  const invalid = [edit([[1, 2]], 0, { differences: {} }), edit([[1, 2.5]], 100), edit([[1, 2]], 0.5)];
  const { input, report } = await build([lakeFile(...invalid, edit([[1, 2]], 100))]);
  expect(input.quarantined).toMatchObject([{ reason: 'invalid-change', rows: 3 }]);
  expect(report('order-changes')).toMatchObject({ rows: 1, amounts: { GBP: { editedUnits: 1, editedMinor: 100 } } });
});

describe('an imported order', () => {
  it('counts on the day of its placement, like an order that was placed here', async () => {
    const placed = orderPlaced({ lines: [{ quantity: 2 }] });
    const { data, metadata } = orderPlaced({ lines: [{ quantity: 3 }] }).detail;
    const imported = {
      source: OrderImported.source,
      'detail-type': OrderImported.detailType,
      detail: { metadata, data: { ...data, status: 'completed' } },
    };
    const { report } = await build([lakeFile(placed, imported)]);
    expect(report('orders')).toMatchObject({ orders: 2, units: 5, amounts: { GBP: { totalMinor: 5000 } } });
    const twice = { ...imported, detail: { ...imported.detail, metadata: { ...metadata, eventId: 'other' } } };
    const { rows } = await build([lakeFile(imported, twice)]);
    expect(rows('quarantine')).toMatchObject([{ reason: 'placed-twice' }]);
  });
});
