import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

const year = new URL('../data/online-retail/sample-year.csv.gz', import.meta.url);

export type YearSale = { invoice: string; sku: string; date: string; units: number; pence: number; customer: string };

/** The lines of the sample year that are sales: no cancellations, adjustments or lines without a price. */
export async function* yearSales(): AsyncIterable<YearSale> {
  const lines = createInterface({ input: createReadStream(year).pipe(createGunzip()) });
  for await (const line of lines) {
    // Descriptions may be quoted; the columns before and after them never are.
    const [invoice = '', sku = ''] = line.split(',', 2);
    const [quantity = '', time = '', price = '', customer = ''] = line.split(',').slice(-5);
    const units = Number(quantity);
    if (!/^\d+$/.test(invoice) || !(units > 0) || !(Number(price) > 0)) continue;
    yield { invoice, sku, date: time.slice(0, 10), units, pence: Math.round(100 * Number(price)) * units, customer };
  }
}
