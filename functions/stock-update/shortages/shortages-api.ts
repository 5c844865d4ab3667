import { channelAccessOf, isVisible } from '../../../shared/access/channel-access.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type { listUnfillableOrders, UnfillableOrder } from '../../../shared/contracts/stock/shortage-routes.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import { collectPage, type KeySource, newestOf } from '../../../shared/dynamodb/list-page.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { placedKeyPattern } from '../../../shared/orders/order-keys.ts';
import type { Channels } from '../../../shared/store.ts';
import { unknownSku } from '../stock/responses.ts';
import type { StockStore } from '../stock/store.ts';
import { parsePosition, positionOfPage, positionPattern } from './position.ts';
import type { ShortageStore } from './shortage-store.ts';
import { missingUnits, shortUnitsOf, total, type Units, without } from './unfillable.ts';

type Stores = { stock: Pick<StockStore, 'stock'>; orders: ShortageStore; cursors: Cursors };

/** Serves a page of the orders that the stock of a SKU cannot fill, the newest first. */
export const unfillableOrders =
  ({ stock, orders, cursors }: Stores, channels: Channels) =>
  async ({ params: { sku }, query, caller }: Request<typeof listUnfillableOrders>): Promise<HttpResponse> => {
    const { limit, cursor } = query;
    const list = { list: 'unfillable-orders', sku, caller: caller.clientId };
    const start = await cursors.startAfter(cursor, list, positionPattern);
    if ('refusal' in start) return start.refusal;
    const { after: position } = start;
    const { isInCatalogue, stock: item } = await stock.stock(sku);
    if (!isInCatalogue) return unknownSku;

    const short = shortUnitsOf(item);
    const { explained, after } = parsePosition(position);
    const access = channelAccessOf(caller.clientId, channels);
    const walk = explain(
      orders,
      sku,
      new Map([...short].map(([name, units]) => [name, units - (explained.get(name) ?? 0)])),
    );
    const read = async (keys: string[]) =>
      new Map([...(await walk.read(keys))].filter(([, { channel }]) => isVisible(channel, access)));
    const { entries, last } = await collectPage(walk.source, read, { limit, after, isFiltered: true });
    const left = last === undefined ? undefined : walk.remainingAfter(last);
    const next = last !== undefined && left && total(left) > 0 ? positionOfPage(short, left, last) : undefined;
    return {
      status: 200,
      body: {
        sku,
        shortUnits: total(short),
        orders: entries,
        ...(next !== undefined && { cursor: await cursors.of(list, next) }),
      },
    };
  };

const orderIdIn = (placedKey: string) => placedKeyPattern.exec(placedKey)?.groups?.['orderId'] ?? '';

/** Walks the open orders, the newest first, until they explain the `remaining` units. */
function explain(orders: ShortageStore, sku: string, start: Units) {
  let remaining = start;
  const after = new Map<string, Units>();
  const newest = newestOf(orders.partitions, orders.newestKeys);
  const source: KeySource = async (position, count) => (total(remaining) > 0 ? newest(position, count) : { keys: [] });
  const read = async (keys: string[]): Promise<Map<string, UnfillableOrder>> => {
    const open = await orders.openOrders(keys.map(orderIdIn));
    const entries = new Map<string, UnfillableOrder>();
    for (const key of keys) {
      const order = open.get(orderIdIn(key));
      const units = missingUnits(order?.lines ?? [], sku, remaining);
      remaining = without(remaining, units);
      after.set(key, remaining);
      if (!order || units.length === 0) continue;
      const { lines: _lines, ...summary } = order;
      entries.set(key, { ...summary, units });
    }
    return entries;
  };
  return { source, read, remainingAfter: (key: string) => after.get(key) };
}
