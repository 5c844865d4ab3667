import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';

/** Orders of five weeks of a real store, as `test/replay/demo-month.ts` takes them from the data set. Prices in pence. */
export const Month = z.object({
  products: z.array(z.object({ sku: z.string(), name: z.string(), priceMinor: z.int().positive() })).min(1),
  orders: z.array(
    z.object({
      id: z.string(),
      /** Days before the last day of the sample. */
      daysAgo: z.int().nonnegative(),
      /** Minutes after midnight in the store's time zone. */
      minute: z.int().nonnegative(),
      customerId: z.string().optional(),
      country: z.string(),
      lines: z.array(z.object({ product: z.int().nonnegative(), quantity: z.int().positive() })).min(1),
    }),
  ),
});
export type Month = z.infer<typeof Month>;
export type MonthOrder = Month['orders'][number];

export const monthFile = join(import.meta.dirname, 'month.json.gz');

export const readMonth = (): Month => Month.parse(JSON.parse(gunzipSync(readFileSync(monthFile)).toString()));
