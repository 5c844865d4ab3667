import { createReadStream } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { writeExport } from '../../../functions/order-intake/export/export-job.ts';
import { importFile } from '../../../functions/order-intake/import/import-file.ts';
import type { ImportedOrder } from '../../../functions/order-intake/import/import-rows.ts';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { aCause, aPolicy } from '../../support/builders.ts';
import { channels } from '../../support/environment.ts';
import { aDuty, aPlacedOrder } from '../../support/orders/placed-order.ts';

const lines = [
  { quantity: 2, totalMinor: 2000, unitPriceMinor: 1000, taxMinor: 333 },
  { quantity: 1, totalMinor: 700, unitPriceMinor: 800, discountMinor: 100, taxMinor: 0, warehouse: 'north' },
];
const anOrder = (given: Partial<OrderItem> = {}): OrderItem => {
  const order = aPlacedOrder(lines);
  return {
    ...order,
    lines: order.lines.map((line, index) => Object.assign(line, lines[index])),
    subtotalMinor: 2800,
    discountMinor: 100,
    taxMinor: 415,
    totalMinor: 3195,
    orderId: 'ord_9y57pxtmdq3c3csxrnnfnwsh1y',
    placedAt: '2019-07-01T10:00:00Z',
    status: 'shipped',
    ...given,
  };
};

async function exported(order: OrderItem): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'export-')), 'orders.csv');
  const access = { onlyChannel: undefined, channels: [] };
  const days = { from: '2019-07-01', to: '2019-07-01' };
  await writeExport(async () => ({ orders: [order] }), { ...days, access, path, now: Date.parse('2026-01-01') });
  return path;
}

async function readImport(path: string) {
  const found: ImportedOrder[] = [];
  const settings = { channels: new Set(Object.keys(channels)), warehouses: ['main', 'north'], policy: aPolicy() };
  const keep = async (order: ImportedOrder) => {
    found.push(order);
    return 'imported' as const;
  };
  const { bad } = await importFile(createReadStream(path), keep, settings, aCause());
  return { found, bad };
}
async function importedFrom(path: string): Promise<ImportedOrder> {
  const { found, bad } = await readImport(path);
  expect(bad).toEqual([]);
  const [order] = found;
  if (!order) throw new Error('No order was imported');
  return order;
}

const address = {
  name: 'Jörg Müller',
  company: 'Tea "Haus" GmbH, Zürich',
  line1: '=1+1 Bahnhofstraße',
  line2: "3. Stock\nlinks; 'Tür'",
  district: 'Mitte',
  city: 'Zürich',
  state: 'ZH',
  postalCode: '08001',
  country: 'CH',
  phone: '+41 44 668 18 00',
};
const customer = { id: '007', email: 'jörg@müller.de', name: "O'Hara", phone: '0044 20 7946 0018' };

const withTax = (lines: OrderItem['lines']) =>
  lines.map((line) => Object.assign({}, line, { totalMinor: line.totalMinor + line.taxMinor }));

/** The rows of an export without the columns that an import changes. */
async function rowsOf(path: string): Promise<object[]> {
  const rows = Rows.parse(parse(await readFile(path, 'utf8'), { bom: true, columns: true }));
  return rows.map(({ orderId: _id, status: _status, ...others }) => others);
}
const Rows = z.array(z.record(z.string(), z.string()));

test.each<[string, Partial<OrderItem>]>([
  ['a country only', {}],
  ['all parts of both addresses', { customer, shippingAddress: address, billingAddress: { ...address, line2: '-5' } }],
  ['a postal code that is older than the checks', { shippingAddress: { country: 'GB', postalCode: 'ABC' } }],
  ['a note of several lines', { note: '+ ring twice\r\n"or" knock', shippingMethod: 'standard' }],
  [
    'prices without tax',
    {
      taxIncluded: false,
      totalMinor: 3610,
      lines: withTax(anOrder().lines),
    },
  ],
  ['a duty', { charges: [aDuty(250)], totalMinor: 3445 }],
])('an exported order with %s is imported with the same content', async (_case, given) => {
  const order = anOrder(given);
  const path = await exported(order);
  const again = await importedFrom(path);
  const { charges: _duty, ...expected } = JSON.parse(JSON.stringify({ ...order, status: 'completed' }));
  for (const name of ['orderId', 'contentHash', 'placedEventId', 'version']) delete expected[name];
  expect(JSON.parse(JSON.stringify(again))).toMatchObject(expected);

  const item = {
    ...anOrder(),
    ...again,
    billingAddress: again.billingAddress,
    note: again.note,
    charges: again.charges,
  };
  expect(await rowsOf(await exported(item))).toEqual(await rowsOf(path));
});

test('an export has what was paid, refunded, cancelled and shipped', async () => {
  const payment = (type: 'payment.captured' | 'refund.succeeded', amountMinor: number) => ({
    provider: 'acme',
    eventId: type,
    paymentId: 'p-1',
    type,
    amountMinor,
    currency: 'GBP',
    occurredAt: '2019-07-01T10:00:00Z',
  });
  const order = anOrder({
    payments: [payment('payment.captured', 3195), payment('refund.succeeded', 700)],
    cancelledMinor: 1000,
  });
  const [first, second] = order.lines;
  if (!first || !second) throw new Error('Two lines are expected');
  const lines = [{ ...first, cancelledQuantity: 1, shippedQuantity: 1 }, second];
  const path = await exported({ ...order, lines });
  expect((await readImport(path)).bad).toMatchObject([
    { row: 2, reason: expect.stringMatching(/^cancelledQuantity: An order with cancelled units is not imported/) },
    { row: 3 },
  ]);
  const rows = parse(await readFile(path, 'utf8'), { bom: true, columns: true });
  expect(rows).toMatchObject([
    { paidMinor: '3195', refundedMinor: '700', cancelledMinor: '1000', cancelledQuantity: '1', shippedQuantity: '1' },
    {
      shippingTaxMinor: '82',
      orderSubtotalMinor: '2800',
      orderTaxMinor: '415',
      orderTotalMinor: '3195',
      warehouse: 'north',
    },
  ]);
});
