import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { daysBefore } from '../../shared/business-day.ts';
import { createDuckDb } from '../../shared/lake/duckdb-client.ts';
import { literal } from '../../shared/lake/sql.ts';

/** An order as the reports `facts` and `orders` have it: a line of one unit of each SKU, at 10.00. */
type HistoryOrder = { orderId: string; channel: string; customerId: string; skus: string[] };

/**
 * Orders of a day: TEA and CUP in most of them, so that they are a pair; MUG on Mondays, LAMP rarely, and a new customer
 * each day beside 20 who order again.
 */
function ordersOf(day: string, index: number): HistoryOrder[] {
  const count = 4 + ((index * 5) % 7) + (index % 7 === 0 ? 4 : 0);
  return Array.from({ length: count }, (_, order) => ({
    orderId: `o-${day}-${order}`,
    channel: order % 3 === 0 ? 'marketplace' : 'storefront',
    customerId: order === 0 ? `new-${index}` : `cus-${(index * 3 + order * 7) % 20}`,
    skus: [
      'TEA',
      ...(order % 4 === 0 ? [] : ['CUP']),
      ...(index % 7 === 0 ? ['MUG'] : []),
      ...(index % 11 === 0 && order === 1 ? ['LAMP'] : []),
      ...(order % 5 === 3 ? ['=1+1'] : []),
    ],
  }));
}

/** Files of the reports in force of the days up to `last`, by their key in the reports bucket. */
export async function salesHistory(last: string, days: number): Promise<Map<string, Buffer>> {
  const directory = await mkdtemp(join(tmpdir(), 'sales-history-'));
  const files = new Map<string, Buffer>();
  try {
    await createDuckDb().connected(async (connection) => {
      for (let index = 0; index < days; index += 1) {
        const day = daysBefore(last, days - 1 - index);
        const orders = ordersOf(day, index);
        const facts = orders.flatMap(({ orderId, channel, skus }) =>
          skus.map(
            (sku) => `('OrderPlaced', ${[orderId, 'line', sku, channel].map(literal).join(', ')}, 'GBP', 1, 1000, 0)`,
          ),
        );
        const listed = orders.map(
          ({ customerId, skus }) => `(${literal(customerId)}, 'GBP', ${1000 * skus.length}, 0)`,
        );
        const tables = {
          facts: `(VALUES ${facts.join(', ')}) AS f (eventType, orderId, component, sku, channel, currency, units, grossSales, discounts)`,
          orders: `(VALUES ${listed.join(', ')}) AS o (customerId, currency, subtotalMinor, discountMinor)`,
        };
        for (const [table, rows] of Object.entries(tables)) {
          const path = join(directory, `${table}.parquet`);
          await connection.run(`COPY (FROM ${rows}) TO ${literal(path)} (FORMAT parquet)`);
          files.set(`tables/${table}/dt=${day}/${table}.parquet`, await readFile(path));
        }
      }
    });
    return files;
  } finally {
    await rm(directory, { recursive: true });
  }
}
