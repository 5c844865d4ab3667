import * as z from 'zod';
import { staffEventTypes } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { type ChannelAccess, channelAccessOf } from '../../../shared/access/channel-access.ts';
import { eventDataForChannel } from '../../../shared/access/order-events.ts';
import { emptyRange, invalidParameter, timeRangeOf } from '../../../shared/contracts/list-query.ts';
import type { QueuedOrderResponse } from '../../../shared/contracts/orders/queue-routes.ts';
import type * as routes from '../../../shared/contracts/orders/routes.ts';
import { type HttpResponse, invalidValueText } from '../../../shared/contracts/problem.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import { eventKeyPattern, type OutboxItem } from '../../../shared/dynamodb/outbox.ts';
import { normalEmail } from '../../../shared/email.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { placedKeyPattern } from '../../../shared/orders/order-keys.ts';
import type { Channels, WarehouseCodes } from '../../../shared/store.ts';
import { unknownWarehouseFilter } from '../../../shared/reference-data/unknown-warehouse.ts';
import { etagOf } from '../order/order-item.ts';
import type { OrderStore } from '../order/order-store.ts';
import { currentOrderBody, orderBodyWithRisk, unknownOrder } from '../order/responses.ts';
import { findPage } from './find-page.ts';
import type { SearchStore } from './search-store.ts';

/** Returns an order that is accepted but not placed, or refused, if it is visible to the caller. */
type FindQueued = (orderId: string, access: ChannelAccess, now: number) => Promise<QueuedOrderResponse | undefined>;

/** Serves one order; before it is placed, and after a refusal, its queued order. */
export const getOrder =
  (orders: Pick<OrderStore, 'visible'>, findQueued: FindQueued, channels: Channels) =>
  async ({ params: { orderId }, caller, cause }: Request<typeof routes.getOrder>): Promise<HttpResponse> => {
    const access = channelAccessOf(caller.clientId, channels);
    const order = await orders.visible(orderId, access);
    if (order) {
      return { status: 200, headers: { etag: etagOf(order) }, body: orderBodyWithRisk(order, cause.now) };
    }
    const queued = await findQueued(orderId, access, cause.now);
    return queued ? { status: 200, body: queued } : unknownOrder;
  };

/** Serves the events of an order. */
export const getTimeline =
  (orders: Pick<OrderStore, 'visible' | 'timeline'>, cursors: Cursors, channels: Channels) =>
  async ({ params: { orderId }, query, caller }: Request<typeof routes.getTimeline>): Promise<HttpResponse> => {
    const { limit, cursor } = query;
    const access = channelAccessOf(caller.clientId, channels);
    const order = await orders.visible(orderId, access);
    if (!order) return unknownOrder;
    const list = { list: 'timeline', orderId, caller: caller.clientId };
    const start = await cursors.startAfter(cursor, list, eventKeyPattern);
    if ('refusal' in start) return start.refusal;
    const { after } = start;
    const { events, last } = await orders.timeline(orderId, limit, after);
    const isForStaff = access.onlyChannel === undefined;
    const isShown = ({ detailType }: OutboxItem) => isForStaff || !staffEventTypes.includes(detailType);
    const entries = events.filter(isShown).map(timelineEntry);
    return {
      status: 200,
      body: {
        events: isForStaff ? entries : entries.map((entry) => entryForChannel(entry, channels)),
        ...(last !== undefined && { cursor: await cursors.of(list, last) }),
      },
    };
  };

/** The settings of the store that a search depends on. `timeZone` is the IANA zone of the business days. */
type SearchSettings = { channels: Channels; warehouses: WarehouseCodes; timeZone: string };

type ListDeps = { orders: Pick<OrderStore, 'read'>; search: SearchStore; cursors: Cursors };

/** Serves a page of orders. */
export const findOrders =
  ({ orders, search, cursors }: ListDeps, { channels, warehouses, timeZone }: SearchSettings) =>
  async ({ query, caller, cause }: Request<typeof routes.findOrders>): Promise<HttpResponse> => {
    const { from, to, email, limit, cursor, ...criteria } = query;
    const range = timeRangeOf({ from, to }, timeZone);
    if (!range) return emptyRange;
    const access = channelAccessOf(caller.clientId, channels);
    const { channel } = criteria;
    if (channel !== undefined && !access.channels.includes(channel)) {
      return invalidParameter('channel', invalidValueText(channel, access.channels));
    }
    const unknown = unknownWarehouseFilter(criteria.warehouse, warehouses);
    if (unknown) return unknown;
    const wanted = { ...criteria, email: email && normalEmail(email), range };
    const list = { list: 'orders', ...wanted, caller: caller.clientId };
    const start = await cursors.startAfter(cursor, list, placedKeyPattern);
    if ('refusal' in start) return start.refusal;
    const { after } = start;
    const page = await findPage({ ...orders, ...search }, { ...wanted, limit, after }, access, cause.now);
    const found = page.orders.map((order) => currentOrderBody(order, cause.now));
    const next = page.last === undefined ? {} : { cursor: await cursors.of(list, page.last) };
    return { status: 200, body: { orders: found, ...next } };
  };

const Detail = z.object({
  metadata: z.object({ eventId: z.string(), occurredAt: z.string(), actor: z.string() }),
  data: z.record(z.string(), z.unknown()),
});
const personalFields = new Set(['customer', 'shippingAddress', 'billingAddress', 'note', 'before', 'after']);

/** An event without its personal data. */
function timelineEntry({ detailType, detail }: OutboxItem) {
  const { metadata, data } = Detail.parse(JSON.parse(detail));
  const { eventId, occurredAt, actor } = metadata;
  const shown = Object.fromEntries(Object.entries(data).filter(([name]) => !personalFields.has(name)));
  return { eventId, type: detailType, occurredAt, actor, data: shown };
}

const entryForChannel = (entry: ReturnType<typeof timelineEntry>, channels: Channels) => ({
  ...entry,
  data: eventDataForChannel(entry.type, entry.data, entry.actor, channels),
});
