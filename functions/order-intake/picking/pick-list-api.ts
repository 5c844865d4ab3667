import { channelAccessOf, isVisible } from '../../../shared/access/channel-access.ts';
import { invalidCursor } from '../../../shared/contracts/list-query.ts';
import type { getPickList } from '../../../shared/contracts/orders/pick-list-routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import { cursorOf, positionOf } from '../../../shared/dynamodb/cursor.ts';
import { collectPage, oldestOf } from '../../../shared/dynamodb/list-page.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { placedKeyPattern, statusIndex } from '../../../shared/orders/order-keys.ts';
import type { Channels } from '../../../shared/store.ts';
import { placedKeyOf } from '../order/order-item.ts';
import type { OrderStore } from '../order/order-store.ts';
import type { PickListStore } from './pick-list-store.ts';
import { isToPick, pickListCsv, pickListOf } from './pick-list.ts';

const partitions = ['allocated', 'partly-shipped'].flatMap(statusIndex.keysOf);
const orderIdIn = (placedKey: string) => placedKeyPattern.exec(placedKey)?.groups?.['orderId'] ?? '';
const acceptsCsv = (accept = '') => /\btext\/csv\b/i.test(accept) && !/\bapplication\/json\b/i.test(accept);

/** Serves a page of the pick list of a warehouse, from the index of statuses. */
export const pickList =
  (orders: Pick<OrderStore, 'read'>, store: PickListStore, channels: Channels) =>
  async ({ params, query, headers, caller }: Request<typeof getPickList>): Promise<HttpResponse> => {
    const { warehouse } = params;
    const { limit, cursor, shippingMethod, format = acceptsCsv(headers.accept) ? 'csv' : 'json' } = query;
    const list = { list: 'pick-list', warehouse, shippingMethod, caller: caller.clientId };
    const after = cursor === undefined ? undefined : positionOf(cursor, list, placedKeyPattern);
    if (cursor !== undefined && after === undefined) return invalidCursor;

    const access = channelAccessOf(caller.clientId, channels);
    const read = async (keys: string[]) => {
      const found = await orders.read(keys.map(orderIdIn));
      const wanted = found.filter(
        (order) => isVisible(order.channel, access) && isToPick(order, { warehouse, shippingMethod }),
      );
      return new Map(wanted.map((order) => [placedKeyOf(order), order]));
    };
    const page = await collectPage(oldestOf(partitions, store.oldestKeys), read, { limit, after, isFiltered: true });
    const skus = new Set(page.entries.flatMap(({ lines }) => lines.map(({ sku }) => sku)));
    const picks = pickListOf(warehouse, page.entries, await store.skus([...skus]));
    const next = page.last === undefined ? undefined : cursorOf(list, page.last);
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
