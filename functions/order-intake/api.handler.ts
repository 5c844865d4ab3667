import { openDatabase } from '../../shared/database.ts';
import * as routes from '../../shared/http/orders.ts';
import * as exportRoutes from '../../shared/http/order-exports.ts';
import type { Reply } from '../../shared/http/problem.ts';
import { contentHash, orderIdOf } from '../../shared/ids.ts';
import { httpHandler, on, type Request } from '../../shared/lambda/http-handler.ts';
import type { Channels, SellingPolicy } from '../../shared/store.ts';
import { ParsedEnv } from './env.ts';
import { getExport, requestExport } from './export-api.ts';
import { createExportStore } from './export-store.ts';
import { findPage } from './find.ts';
import { answerOf } from './order-item.ts';
import { place } from './place.ts';
import { badCursor, notAChannel, replyTo, timelineEntry, unknownOrder } from './replies.ts';
import { sightOf } from './sight.ts';
import { createOrderStore, type OrderStore } from './store.ts';

/** Takes an order of the channel that the caller is. */
export const placeOrder =
  (store: OrderStore, channels: Channels, policy: SellingPolicy) =>
  async ({ body: content, caller, cause }: Request<typeof routes.placeOrder>): Promise<Reply> => {
    const channel = channels[caller.clientId];
    if (!channel) return notAChannel;
    const orderId = orderIdOf(channel.channel, content.externalOrderId);
    const placement = { orderId, contentHash: contentHash(content), content, channel, now: cause.now };
    return replyTo(await place(store, placement, policy, cause), orderId, store);
  };

export const getOrder =
  (store: OrderStore, channels: Channels) =>
  async ({ params: { orderId }, caller }: Request<typeof routes.getOrder>): Promise<Reply> => {
    const order = await store.visible(orderId, sightOf(caller.clientId, channels));
    return order ? { status: 200, body: answerOf(order) } : unknownOrder;
  };

export const getTimeline =
  (store: OrderStore, channels: Channels) =>
  async ({ params: { orderId }, caller }: Request<typeof routes.getTimeline>): Promise<Reply> => {
    const order = await store.visible(orderId, sightOf(caller.clientId, channels));
    if (!order) return unknownOrder;
    return { status: 200, body: { events: (await store.timeline(orderId)).map(timelineEntry) } };
  };

export const findOrders =
  (store: OrderStore, channels: Channels) =>
  async ({ query, caller }: Request<typeof routes.findOrders>): Promise<Reply> => {
    const page = await findPage(store, query, sightOf(caller.clientId, channels));
    return page ? { status: 200, body: { ...page, orders: page.orders.map(answerOf) } } : badCursor;
  };

// Read once only: compiling the parser, which zod does else, would take longer than this parse.
const { CHANNELS, SELLING, ...tables } = ParsedEnv.parse(process.env, { jitless: true });
const db = openDatabase();
const store = createOrderStore(db, tables, SELLING.timeZone);
const exports = createExportStore(db, tables);
export const handler = httpHandler(
  on(routes.placeOrder, placeOrder(store, CHANNELS, SELLING)),
  on(routes.getOrder, getOrder(store, CHANNELS)),
  on(routes.getTimeline, getTimeline(store, CHANNELS)),
  on(routes.findOrders, findOrders(store, CHANNELS)),
  on(exportRoutes.postOrderExport, requestExport(exports, CHANNELS)),
  on(exportRoutes.getOrderExport, getExport(exports, CHANNELS)),
);
