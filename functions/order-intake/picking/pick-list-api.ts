import { channelAccessOf, isVisible } from '../../../shared/access/channel-access.ts';
import type { getPickList } from '../../../shared/contracts/orders/pick-list-routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import { collectPage, oldestOf } from '../../../shared/dynamodb/list-page.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { placedKeyPattern, statusIndex } from '../../../shared/orders/order-keys.ts';
import type { RefundedUnitsStore } from '../../../shared/refunds/refunded-units-store.ts';
import type { Channels, WarehouseCodes } from '../../../shared/store.ts';
import { unknownWarehousePath } from '../../../shared/reference-data/unknown-warehouse.ts';
import { placedKeyOf } from '../order/order-item.ts';
import type { OrderStore } from '../order/order-store.ts';
import type { PickListStore } from './pick-list-store.ts';
import { pickListCsv, pickListOf, toPick } from './pick-list.ts';

type Stores = {
  orders: Pick<OrderStore, 'read'>;
  refunded: Pick<RefundedUnitsStore, 'unitsOf'>;
  picks: PickListStore;
  cursors: Cursors;
};

const concurrentLots = 16;
const partitions = ['allocated', 'partly-shipped'].flatMap(statusIndex.keysOf);
const orderIdIn = (placedKey: string) => placedKeyPattern.exec(placedKey)?.groups?.['orderId'] ?? '';
const acceptsCsv = (accept = '') => /\btext\/csv\b/i.test(accept) && !/\bapplication\/json\b/i.test(accept);

/** The settings of the store that a pick list depends on. `cutoffAt` is the day before which lots are not sold. */
type Settings = { channels: Channels; warehouses: WarehouseCodes; cutoffAt: (now: number) => string };

/** Serves a page of the pick list of a warehouse, from the index of statuses. */
export const pickList =
  ({ orders, refunded, picks: store, cursors }: Stores, { channels, warehouses, cutoffAt }: Settings) =>
  async ({ params, query, headers, caller, cause }: Request<typeof getPickList>): Promise<HttpResponse> => {
    const { warehouse } = params;
    const unknown = unknownWarehousePath(warehouse, warehouses);
    if (unknown) return unknown;
    const { limit, cursor, shippingMethod, format = acceptsCsv(headers.accept) ? 'csv' : 'json' } = query;
    const list = { list: 'pick-list', warehouse, shippingMethod, caller: caller.clientId };
    const start = await cursors.startAfter(cursor, list, placedKeyPattern);
    if ('refusal' in start) return start.refusal;
    const { after } = start;

    const access = channelAccessOf(caller.clientId, channels);
    const read = async (keys: string[]) => {
      const orderIds = keys.map(orderIdIn);
      const [found, units] = await Promise.all([orders.read(orderIds), refunded.unitsOf(orderIds)]);
      const wanted = found
        .filter(({ channel }) => isVisible(channel, access))
        .flatMap((order) => toPick({ order, refunded: units.get(order.orderId) }, { warehouse, shippingMethod }) ?? []);
      return new Map(wanted.map((each) => [placedKeyOf(each.order), each]));
    };
    const page = await collectPage(oldestOf(partitions, store.oldestKeys), read, { limit, after, isFiltered: true });
    const skus = [...new Set(page.entries.flatMap(({ lines }) => lines.map(({ line }) => line.sku)))];
    const [names, lots] = await Promise.all([
      store.skus(skus),
      inParallel(concurrentLots, skus, async (sku) => [sku, await store.lots(sku, warehouse)] as const),
    ]);
    const picks = pickListOf(warehouse, page.entries, { names, lots: new Map(lots), cutoff: cutoffAt(cause.now) });
    const next = page.last === undefined ? undefined : await cursors.of(list, page.last);
    if (format === 'json') return { status: 200, body: { ...picks, ...(next !== undefined && { cursor: next }) } };
    const parameters = new URLSearchParams({ format, limit: String(limit), ...(shippingMethod && { shippingMethod }) });
    const link = `</warehouses/${warehouse}/pick-list?${parameters.toString()}&cursor=${next}>; rel="next"`;
    return {
      status: 200,
      headers: next === undefined ? {} : { link },
      contentType: 'text/csv; charset=utf-8',
      body: pickListCsv(picks),
    };
  };
