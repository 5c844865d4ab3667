import { openDatabase } from '../../shared/database.ts';
import { placeOrders } from '../../shared/http/order-queue.ts';
import * as routes from '../../shared/http/orders.ts';
import type { Reply } from '../../shared/http/problem.ts';
import { contentHash, orderIdOf } from '../../shared/ids.ts';
import { httpHandler, on, type Request } from '../../shared/lambda/http-handler.ts';
import type { Channels, SellingPolicy } from '../../shared/store.ts';
import { asPreferred, queueOrder, queueOrders } from './accept-requests.ts';
import { ParsedEnv } from './env.ts';
import { findPage } from './find.ts';
import { queuedAnswerOf } from './intake-item.ts';
import { answerOf } from './order-item.ts';
import { createOrderQueue } from './order-queue.ts';
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
    const sight = sightOf(caller.clientId, channels);
    const order = await store.visible(orderId, sight);
    if (order) return { status: 200, body: answerOf(order) };
    const queued = await store.intakes.visible(orderId, sight);
    return queued ? { status: 200, body: queuedAnswerOf(queued) } : unknownOrder;
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
const { CHANNELS, SELLING, ORDER_QUEUE_URL, ...tables } = ParsedEnv.parse(process.env, { jitless: true });
const store = createOrderStore(openDatabase(), tables, SELLING.timeZone);
const queue = createOrderQueue(ORDER_QUEUE_URL);
export const handler = httpHandler(
  on(routes.placeOrder, asPreferred(placeOrder(store, CHANNELS, SELLING), queueOrder(store, queue, CHANNELS))),
  on(placeOrders, queueOrders(store, queue, CHANNELS)),
  on(routes.getOrder, getOrder(store, CHANNELS)),
  on(routes.getTimeline, getTimeline(store, CHANNELS)),
  on(routes.findOrders, findOrders(store, CHANNELS)),
);
