import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { csvHeader, csvLine } from '../../../shared/csv/write.ts';
import { orderColumns } from '../../../shared/contracts/orders/file-columns.ts';
import { asOf } from '../order/deadlines.ts';
import type { OrderItem } from '../order/order-item.ts';
import type { ChannelAccess } from '../../../shared/access/channel-access.ts';

const dayMs = 86_400_000;
const ordersPerPage = 100;
const columns = Object.entries(orderColumns);

/** Returns a page of the orders of a business day, newest first. */
type FindPage = (
  query: { day: string; limit: number; after: string | undefined },
  access: ChannelAccess,
  now: number,
) => Promise<{ orders: OrderItem[]; last?: string }>;

/** Writes the orders of days (inclusive), newest first, to a file at `path`, page by page; returns their number. */
export async function writeExport(
  findPage: FindPage,
  { from, to, access, path, now }: { from: string; to: string; access: ChannelAccess; path: string; now: number },
): Promise<number> {
  const file = createWriteStream(path);
  const write = async (text: string) => {
    if (!file.write(text)) await once(file, 'drain');
  };
  await write(csvHeader(columns.map(([name]) => name)));
  let orders = 0;
  for (const day of daysOf(from, to)) {
    for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
      const page = await findPage({ day, limit: ordersPerPage, after }, access, now);
      for (const order of page.orders) await write(linesOf(asOf(order, now)));
      orders += page.orders.length;
      after = page.last;
    }
  }
  file.end();
  await finished(file);
  return orders;
}

const linesOf = (order: OrderItem): string =>
  order.lines.map((line) => csvLine(columns.map(([, { write }]) => write({ order, line })))).join('');

/** Newest first, like the orders of a day. */
const daysOf = (from: string, to: string): string[] =>
  Array.from({ length: (Date.parse(to) - Date.parse(from)) / dayMs + 1 }, (_, index) =>
    new Date(Date.parse(to) - index * dayMs).toISOString().slice(0, 10),
  );
