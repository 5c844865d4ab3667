import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readSampleYear } from './invoices.ts';

const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';

async function read(...rows: string[]) {
  const file = join(mkdtempSync(join(tmpdir(), 'storeworks-csv-')), 'year.csv.gz');
  writeFileSync(file, gzipSync([header, ...rows].join('\n')));
  return readSampleYear(file);
}

test('an invoice becomes an order in pence, with its London time', async () => {
  const year = await read(
    '536365,71053,WHITE METAL LANTERN,6,2011-07-01T08:26,3.39,17850,United Kingdom',
    '536365,84029E,HOT WATER BOTTLE,2,2011-07-01T08:26,4.1250,17850,United Kingdom',
  );
  expect(year.invoices).toEqual([
    {
      externalOrderId: '536365',
      customerId: '17850',
      country: 'GB',
      placedAt: '2011-07-01T08:26:00+01:00',
      lines: [
        { sku: '71053', quantity: 6, unitPriceMinor: 339 },
        { sku: '84029E', quantity: 2, unitPriceMinor: 413 },
      ],
    },
  ]);
});

test('every row is an order line or left out with a reason', async () => {
  const year = await read(
    '1,71053,LANTERN,6,2011-01-04T08:26,3.39,,France',
    '1,POST,POSTAGE,1,2011-01-04T08:26,18,,France',
    '1,71053,LANTERN,1,2011-01-04T08:26,0,,France',
    'C2,AMAZONFEE,AMAZON FEE,-1,2011-01-04T08:26,3.39,,France',
    'C7,71053,LANTERN,-1,2011-01-04T08:26,0,,France',
    'A3,B,Adjust bad debt,1,2011-01-04T08:26,-11062.06,,United Kingdom',
    '4,71053,damaged,-5,2011-01-04T08:26,0,,United Kingdom',
    '5,71053,LANTERN,many,2011-01-04T08:26,3.39,,France',
    '6,71053,LANTERN,1,2011-01-04T08:26,3.39,,Atlantis',
  );
  expect(year.invoiceCount).toBe(7);
  expect(year.invoices.map(({ externalOrderId, lines }) => [externalOrderId, lines.length])).toEqual([['1', 1]]);
  expect(Object.fromEntries(year.leftOutInvoices)).toEqual({
    'cancellation of nothing that a customer paid': 2,
    adjustment: 1,
    'no line of goods with a price': 3,
  });
  expect(Object.fromEntries(year.leftOutRows)).toEqual({
    'fee, postage or manual entry': 1,
    'no price': 1,
    'cancelled cost of the store': 1,
    'cancellation of nothing': 1,
    adjustment: 1,
    'write-off': 1,
    'unreadable row': 1,
    'unknown country': 1,
  });
});

test('a cancellation keeps its units, prices and customer, and is not an order', async () => {
  const year = await read(
    'C536379,D,Discount,-1,2011-07-01T09:41,27.50,14527,United Kingdom',
    'C536379,71053,LANTERN,-3,2011-07-01T09:41,3.39,14527,United Kingdom',
  );
  expect(year).toMatchObject({ invoices: [], products: [], invoiceCount: 1 });
  expect([year.leftOutInvoices.size, year.leftOutRows.size]).toEqual([0, 0]);
  expect(year.cancellations).toEqual([
    {
      invoiceNumber: 'C536379',
      customerId: '14527',
      cancelledAt: '2011-07-01T09:41:00+01:00',
      lines: [
        { sku: 'D', quantity: 1, unitPriceMinor: 2750 },
        { sku: '71053', quantity: 3, unitPriceMinor: 339 },
      ],
    },
  ]);
});

test('a product has its most frequent name, its median price and the sold units', async () => {
  const row = (name: string, price: string, quantity = 1) =>
    `${quantity}${price.replace('.', '')},71053,${name},${quantity},2011-01-04T08:26,${price},,France`;
  const year = await read(row('LANTERN', '3.39', 4), row('lantern?', '1.00'), row('LANTERN', '9.99'));
  expect(year.products).toEqual([{ sku: '71053', name: 'LANTERN', priceMinor: 339, unitsSold: 6 }]);
});
