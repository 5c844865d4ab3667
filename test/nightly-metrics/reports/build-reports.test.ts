import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestsOf } from '../../../functions/nightly-metrics/reports/manifest.ts';
import { moved } from '../../ledger/posting/ledger-events.ts';
import { build } from './build-day.ts';
import { lakeFile, orderCancelled, orderPlaced } from './lake-files.ts';

describe('reports of a day', () => {
  it('list each order once, with its amounts', async () => {
    const order = orderPlaced({
      orderId: 'ord_1',
      externalOrderId: 'web-1',
      lines: [
        { quantity: 2, unitPriceMinor: 1000, discountMinor: 150 },
        { sku: 'TEA', quantity: 3, unitPriceMinor: 300 },
      ],
      shippingMinor: 495,
      taxMinor: 574,
    });
    const { rows } = await build([lakeFile(order)]);
    expect(rows('orders')).toEqual([
      {
        orderId: 'ord_1',
        externalOrderId: 'web-1',
        channel: 'storefront',
        customerId: 'c1',
        country: 'GB',
        currency: 'GBP',
        placedAt: '2011-06-15T10:00:00.000Z',
        units: '5',
        lines: '2',
        subtotalMinor: '2900',
        discountMinor: '150',
        shippingMinor: '495',
        taxMinor: '574',
        totalMinor: '3245',
      },
    ]);
  });

  // Seen failing with `write-off` in the count differences, and without `transit-loss`.
  it('have the units of stock movements by kind, beside sales', async () => {
    const move = (id: string, type: string, delta: number, more: object = {}) => {
      const event = moved(id, '2011-06-15', type, delta, undefined, 'MUG');
      return { ...event, detail: { ...event.detail, data: { ...(event.detail['data'] as object), ...more } } };
    };
    const { rows, report } = await build([
      lakeFile(
        move('1', 'receipt', 30),
        move('1', 'receipt', 30),
        move('2', 'shipment', -5),
        move('3', 'return', 1),
        move('4', 'write-off', -3),
        move('5', 'transit-loss', 0, { inTransitDelta: -2 }),
        move('6', 'count', -4),
        move('7', 'adjustment', 1),
        move('8', 'transfer-out', -6, { inTransitDelta: 6 }),
        move('9', 'damage', 0),
        move('A', 'receipt', 9, { warehouse: 'north' }),
        move('B', 'count', 0.5),
      ),
    ]);
    expect(rows('stock-movements').map((row) => Object.values(row).join(' '))).toEqual([
      'MUG main 30 5 1 5 -3 -6 14',
      'MUG north 9 0 0 0 0 0 9',
    ]);
    expect(rows('quarantine').map(({ reason, eventId }) => [reason, eventId])).toEqual([['invalid-movement', 'B']]);
    expect(report('totals-by-channel')?.rows).toBe(0);
  });

  it('sum sales by channel, category, SKU and country, separately for each currency', async () => {
    const { rows } = await build([
      lakeFile(
        orderPlaced({
          lines: [
            { sku: 'MUG', quantity: 2 },
            { sku: 'TEA', category: 'Food', unitPriceMinor: 300 },
          ],
        }),
        orderPlaced({ channel: 'marketplace', shippingAddress: { country: 'FR' }, lines: [{ discountMinor: 100 }] }),
        orderPlaced({ currency: 'EUR', lines: [{ sku: 'MUG', category: undefined }], shippingMinor: 500 }),
      ),
    ]);
    expect(rows('sales-by-channel').map((row) => Object.values(row).join(' '))).toEqual([
      'marketplace GBP 1 1 1000 100 900 0 0 900',
      'storefront EUR 1 1 1000 0 1000 500 0 1500',
      'storefront GBP 1 3 2300 0 2300 0 0 2300',
    ]);
    expect(rows('sales-by-category').map((row) => Object.values(row).join(' '))).toEqual([
      'Food GBP 1 1 300 0 300',
      'Kitchen GBP 2 3 3000 100 2900',
      ' EUR 1 1 1000 0 1000',
    ]);
    expect(rows('sales-by-sku').map((row) => Object.values(row).join(' '))).toEqual([
      'MUG EUR 1 1 1000 0 1000',
      'MUG GBP 2 3 3000 100 2900',
      'TEA GBP 1 1 300 0 300',
    ]);
    expect(rows('sales-by-country').map(({ country, currency, orders }) => [country, currency, orders])).toEqual([
      ['FR', 'GBP', '1'],
      ['GB', 'EUR', '1'],
      ['GB', 'GBP', '1'],
    ]);
  });

  it('separate the two hours from one to two when daylight saving time ends, in their order', async () => {
    const times = ['2011-10-29T23:30:00Z', '2011-10-30T00:30:00Z', '2011-10-30T01:30:00Z', '2011-10-30T23:59:59.999Z'];
    const file = lakeFile(...times.map((placedAt) => orderPlaced({ placedAt })));
    const { rows } = await build([file], { date: '2011-10-30' });
    expect(rows('sales-by-hour').map(({ hour, orders }) => [hour, orders])).toEqual([
      ['2011-10-30T00:00:00+01:00', '1'],
      ['2011-10-30T01:00:00+01:00', '1'],
      ['2011-10-30T01:00:00+00:00', '1'],
      ['2011-10-30T23:00:00+00:00', '1'],
    ]);
  });

  it('count an event once that is in several files', async () => {
    const [first, second] = [orderPlaced(), orderPlaced()];
    const { input, report } = await build([lakeFile(first, second), lakeFile(second), lakeFile(second, first)]);
    expect(input).toMatchObject({ files: 3, lines: 5, events: 2, duplicates: 3, quarantined: [] });
    expect(report('orders')).toMatchObject({ rows: 2, orders: 2, units: 2 });
  });

  it('ignore other event types', async () => {
    const order = orderPlaced();
    const other = { ...orderPlaced(), 'detail-type': 'OrderShipped' };
    const elsewhere = { ...orderPlaced(), source: 'storeworks.elsewhere' };
    const { input, report } = await build([lakeFile(order, other, elsewhere)]);
    expect(input.events).toBe(3);
    expect(report('orders')?.rows).toBe(1);
  });

  it('have headers and no rows for a day without events', async () => {
    const { input, reports, read } = await build([]);
    expect(input).toEqual({ files: 0, lines: 0, events: 0, duplicates: 0, inputs: [], quarantined: [] });
    // The report `data-quality` says that the day has no events.
    expect(reports.map(({ rows, units = 0, amounts }) => [rows, units, amounts])).toEqual(
      reports.map(({ name }) => [name === 'data-quality' ? 1 : 0, 0, {}]),
    );
    expect(read('sales-by-sku.csv').toString()).toBe(
      '\uFEFFsku,currency,orders,units,subtotalMinor,discountMinor,salesMinor\r\n',
    );
    expect(read('sales-by-sku.parquet').subarray(0, 4).toString()).toBe('PAR1');
  });

  // Seen failing without the removal of repeated events.
  it('have the same bytes however the events are divided into files, in any order, up to three times each', async () => {
    const orders = Array.from({ length: 40 }, (_, index) => orderPlaced({ channel: `channel-${index % 3}` }));
    const cancelled = orders.slice(0, 5).map(({ detail: { data } }) => orderCancelled(data));
    const events = [...orders, ...cancelled];
    const one = await build([lakeFile(...events)]);
    const copies = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: events.length, maxLength: events.length });
    const dealt = copies.chain((counts) => {
      const repeated = events.flatMap((event, index) => Array.from({ length: counts[index] ?? 1 }, () => event));
      return fc.tuple(fc.shuffledSubarray(repeated, { minLength: repeated.length }), fc.integer({ min: 1, max: 7 }));
    });
    await fc.assert(
      fc.asyncProperty(dealt, async ([repeated, files]) => {
        const dealtOut = Array.from({ length: files }, (_, file) =>
          repeated.filter((_event, index) => index % files === file),
        );
        const other = await build(dealtOut.map((each) => lakeFile(...each)));
        expect(other.reports).toEqual(one.reports);
        expect(digestsOf(other)).toEqual(digestsOf(one));
      }),
      { numRuns: 4 },
    );
  });

  it('are separate when four days are built concurrently', async () => {
    const days = ['2011-06-15', '2011-06-16', '2011-06-17', '2011-06-18'];
    const built = await Promise.all(
      days.map((date, index) => {
        const orders = Array.from({ length: index + 1 }, () => orderPlaced({ placedAt: `${date}T12:00:00Z` }));
        return build([lakeFile(...orders)], { date });
      }),
    );
    expect(built.map(({ report }) => report('orders')?.rows)).toEqual([1, 2, 3, 4]);
  });
});

describe('manifest of a day', () => {
  it('has size and SHA-256 of every file, and the sums of every report', async () => {
    const { reports, read } = await build([lakeFile(orderPlaced({ lines: [{ quantity: 3 }], shippingMinor: 200 }))]);
    for (const { file, bytes, sha256 } of reports.flatMap(({ files }) => files)) {
      expect([bytes, sha256]).toEqual([read(file).length, createHash('sha256').update(read(file)).digest('hex')]);
    }
    expect(reports.find(({ name }) => name === 'sales-by-country')).toMatchObject({
      rows: 1,
      orders: 1,
      units: 3,
      amounts: {
        GBP: {
          subtotalMinor: 3000,
          discountMinor: 0,
          salesMinor: 3000,
          shippingMinor: 200,
          taxMinor: 0,
          totalMinor: 3200,
        },
      },
    });
  });

  it('has equal sums in all reports, whatever the orders', async () => {
    const line = fc.record({
      sku: fc.constantFrom('A', 'B', 'C'),
      category: fc.constantFrom('X', 'Y', undefined),
      quantity: fc.integer({ min: 1, max: 1_000_000 }),
      unitPriceMinor: fc.integer({ min: 0, max: 100_000 }),
    });
    const order = fc.record({
      channel: fc.constantFrom('storefront', 'marketplace'),
      currency: fc.constantFrom('GBP', 'EUR'),
      lines: fc.array(line, { minLength: 1, maxLength: 5 }),
      shippingMinor: fc.integer({ min: 0, max: 1000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(order, { maxLength: 8 }), async (orders) => {
        const { reports } = await build([lakeFile(...orders.map((each) => orderPlaced(each)))]);
        const sales = reports
          .filter(({ name }) => name.startsWith('sales-by-'))
          .map(({ amounts }) =>
            Object.fromEntries(Object.entries(amounts).map(([currency, sums]) => [currency, sums['salesMinor']])),
          );
        expect(sales).toEqual(sales.map(() => sales[0]));
      }),
      { numRuns: 8 },
    );
  });
});

describe('invalid input', () => {
  it('is quarantined and counted by file and reason', async () => {
    const good = orderPlaced();
    const { input, report } = await build([
      lakeFile('not json', good, '{"source":"', '[]', '42', '{"source":"s"}'),
      lakeFile(orderPlaced({ placedAt: '2011-06-14T22:59:59Z' }), orderPlaced({ placedAt: '2011-06-15T23:00:00Z' }), {
        ...good,
        detail: { ...good.detail, metadata: { ...good.detail.metadata, occurredAt: 'yesterday' } },
      }),
    ]);
    expect(input).toMatchObject({ lines: 9, events: 1, duplicates: 0 });
    expect(input.quarantined).toEqual([
      { file: "file's 0.ndjson.gz", reason: 'unreadable', rows: 5 },
      { file: "file's 1.ndjson.gz", reason: 'other-day', rows: 2 },
      { file: "file's 1.ndjson.gz", reason: 'unreadable', rows: 1 },
    ]);
    expect(report('orders')?.rows).toBe(1);
  });

  it('excludes impossible orders, one by one, and lists them with their reasons', async () => {
    const [line, sku] = [{ quantity: 1, unitPriceMinor: 1, discountMinor: 0 }, 'A'];
    const cases: [string, object][] = [
      ['invalid-order', { channel: undefined }],
      ['invalid-order', { shippingMinor: 0.5 }],
      ['invalid-order', { discountMinor: -1 }],
      ['invalid-order', { totalMinor: 'ten' }],
      ['invalid-order', { lines: [] }],
      ['invalid-order', { lines: [{ ...line, sku: null }] }],
      ['invalid-order', { lines: [{ ...line, sku, quantity: 0.5 }] }],
      ['amounts-do-not-add-up', { subtotalMinor: 1001 }],
      ['amounts-do-not-add-up', { discountMinor: 1 }],
      ['quantity-below-one', { lines: [{ sku, quantity: -1, unitPriceMinor: 1 }] }],
      ['quantity-below-one', { lines: [{ sku, quantity: 0, unitPriceMinor: 1 }] }],
      ['unknown-currency', { currency: 'GB' }],
      ['unknown-currency', { currency: 'XXX' }],
    ];
    const files = cases.map(([, fields]) => {
      const { detail, ...rest } = orderPlaced();
      return { ...rest, detail: { ...detail, data: { ...detail.data, ...fields } } };
    });
    const { input, rows } = await build([...files.map((each) => lakeFile(each)), lakeFile(orderPlaced())]);
    const listed = cases.map(([reason], index) => {
      const { eventId } = files[index]?.detail.metadata ?? {};
      return { file: `file's ${index}.ndjson.gz`, reason, eventId, orderId: files[index]?.detail.data.orderId };
    });
    const byFile = (rows: Record<string, unknown>[]) =>
      rows.toSorted((a, b) => (String(a['file']) < String(b['file']) ? -1 : 1));
    expect(byFile(rows('quarantine'))).toEqual(byFile(listed));
    expect(byFile(input.quarantined)).toEqual(byFile(listed.map(({ file, reason }) => ({ file, reason, rows: 1 }))));
    expect(rows('orders')).toHaveLength(1);
  });

  it('excludes the event with the later id of two that place one order', async () => {
    const twice = [orderPlaced({ orderId: 'ord_1' }), orderPlaced({ orderId: 'ord_1', lines: [{ quantity: 2 }] })];
    const ids = twice.map(({ detail }) => detail.metadata.eventId).toSorted();
    for (const files of [[lakeFile(...twice)], twice.toReversed().map((order) => lakeFile(order))]) {
      const { rows, report } = await build(files);
      expect(rows('quarantine')).toMatchObject([{ reason: 'placed-twice', eventId: ids[1], orderId: 'ord_1' }]);
      expect(report('orders')?.rows).toBe(1);
    }
  });

  it('excludes an event whose time has no zone', async () => {
    const { detail, source, 'detail-type': type } = orderPlaced();
    const times = ['2011-06-15T10:00:00', '2011-06-15', '2011-06-15 10:00'];
    const events = times.map((occurredAt, index) => ({
      source,
      'detail-type': type,
      detail: { data: detail.data, metadata: { eventId: `e${index}`, occurredAt } },
    }));
    const { rows } = await build([lakeFile(...events, orderPlaced({ placedAt: '2011-06-15T11:00:00+0100' }))]);
    expect(rows('quarantine').map(({ reason, eventId }) => [reason, eventId])).toEqual(
      ['e0', 'e1', 'e2'].map((id) => ['time-without-zone', id]),
    );
  });
});

describe('CSV cells', () => {
  it('quote quotes, commas and line breaks as in RFC 4180', async () => {
    const { read, rows } = await build([lakeFile(orderPlaced({ externalOrderId: 'a "b", \r\nc' }))]);
    expect(rows('orders')[0]?.['externalOrderId']).toBe('a "b", \r\nc');
    expect(read('orders.csv').toString()).toContain('"a ""b"", \r\nc"');
    expect(read('orders.csv').toString().endsWith('\r\n')).toBe(true);
  });

  it('escape what a spreadsheet would run as a formula', async () => {
    const formulas = ['=1+1', '+44', '-1', '@SUM(A1)', '\t=1'];
    const { rows } = await build([lakeFile(...formulas.map((id) => orderPlaced({ customer: { id } })))]);
    expect(rows('orders').map(({ customerId }) => customerId)).toEqual(formulas.map((formula) => `'${formula}`));
  });
});

describe('the sums of a day', () => {
  const maxMinor = 1_000_000_000_000;
  const large = (count: number) =>
    Array.from({ length: count }, () =>
      orderPlaced({ channel: 'marketplace', lines: [{ sku: 'GOLD', quantity: 1, unitPriceMinor: maxMinor }] }),
    );

  it.each([
    [9007, { amounts: { GBP: { totalMinor: 9007 * maxMinor + 1000 } }, largeAmounts: undefined }],
    [9008, { amounts: { GBP: { cancelledMinor: 0 } }, largeAmounts: { GBP: { totalMinor: '9008000000001000' } } }],
    [10_001, { amounts: { GBP: { cancelledMinor: 0 } }, largeAmounts: { GBP: { totalMinor: '10001000000001000' } } }],
  ])('are exact with %i orders of the largest amount, and other channels have their reports', async (count, sums) => {
    const { report, rows } = await build([lakeFile(orderPlaced({}), ...large(count))]);
    const { amounts, largeAmounts } = report('totals-by-channel') ?? {};
    expect({ amounts, largeAmounts }).toMatchObject(sums);
    expect(rows('totals-by-channel')).toMatchObject([
      { channel: 'marketplace', orders: String(count), totalMinor: `${count}000000000000` },
      { channel: 'storefront', orders: '1', totalMinor: '1000', netMinor: '1000' },
    ]);
    expect(rows('sales-by-sku').map(({ sku, subtotalMinor }) => [sku, subtotalMinor])).toEqual([
      ['GOLD', `${count}000000000000`],
      ['MUG', '1000'],
    ]);
  });
});
