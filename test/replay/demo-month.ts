import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Temporal } from 'temporal-polyfill';
import { type Month, monthFile } from '../../infra/demo/month.ts';
import { type Invoice, readSampleYear, type SampleYear } from './invoices.ts';

/** So many days before the last one: the first orders are delivered for longer than the window of returns. */
const days = 36;
const products = 120;
const ordersPerDay = 12;
const linesPerOrder = 6;

/** The month of `npm start -- --demo`: some orders of each of the last days of the data set, of the products ordered most. */
export function demoMonthOf({ invoices, products: all }: SampleYear): Month {
  const dayOf = ({ placedAt }: Invoice) => Temporal.PlainDate.from(placedAt.slice(0, 10));
  const lastDay = invoices.map(dayOf).reduce((a, b) => (Temporal.PlainDate.compare(a, b) > 0 ? a : b));
  const daysAgo = (invoice: Invoice) => dayOf(invoice).until(lastDay).days;
  const recent = invoices.filter((invoice) => daysAgo(invoice) <= days);
  const orderedSkus = Map.groupBy(
    recent.flatMap(({ lines }) => lines.map(({ sku }) => sku)),
    (sku) => sku,
  );
  const popular = [...orderedSkus]
    .toSorted(([a, ofA], [b, ofB]) => ofB.length - ofA.length || (a < b ? -1 : 1))
    .slice(0, products)
    .map(([sku]) => sku);
  const linesOf = ({ lines }: Invoice) =>
    lines
      .filter(({ sku }) => popular.includes(sku))
      .slice(0, linesPerOrder)
      .map(({ sku, quantity }) => ({ product: popular.indexOf(sku), quantity: Math.min(quantity, 48) }));
  const byDay = Map.groupBy(
    recent.filter((invoice) => linesOf(invoice).length > 0),
    daysAgo,
  );
  return {
    products: popular.flatMap((sku) => {
      const product = all.find((each) => each.sku === sku);
      return product ? [{ sku, name: product.name, priceMinor: product.priceMinor }] : [];
    }),
    orders: [...byDay].flatMap(([daysAgoOfDay, ofDay]) =>
      evenly(ofDay, ordersPerDay).map((invoice) => ({
        id: invoice.externalOrderId,
        daysAgo: daysAgoOfDay,
        minute: Number(invoice.placedAt.slice(11, 13)) * 60 + Number(invoice.placedAt.slice(14, 16)),
        customerId: invoice.customerId,
        country: invoice.country === 'ZZ' ? 'GB' : invoice.country,
        lines: linesOf(invoice),
      })),
    ),
  };
}

/** `count` of the items, spread over all of them. */
const evenly = <T>(items: readonly T[], count: number): T[] =>
  items.length <= count
    ? [...items]
    : Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]).filter(
        (item) => item !== undefined,
      );

if (import.meta.main) {
  const file = process.argv[2] ?? join(import.meta.dirname, '../data/online-retail/sample-year.csv.gz');
  writeFileSync(monthFile, gzipSync(JSON.stringify(demoMonthOf(await readSampleYear(file))), { level: 9 }));
}
