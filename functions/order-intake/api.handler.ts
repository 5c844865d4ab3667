import { readOffer } from '../../shared/catalog/offer.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { editOrder } from '../../shared/contracts/orders/edit-routes.ts';
import * as life from '../../shared/contracts/orders/life-cycle-routes.ts';
import { placeOrders } from '../../shared/contracts/orders/queue-routes.ts';
import * as routes from '../../shared/contracts/orders/routes.ts';
import * as exportRoutes from '../../shared/contracts/orders/export-routes.ts';
import type { HttpResponse } from '../../shared/contracts/problem.ts';
import { contentHash, orderIdOf } from '../../shared/ids.ts';
import { httpHandler, on, type Request } from '../../shared/lambda/http-handler.ts';
import { secretReader } from '../../shared/secret.ts';
import type { Channels, SellingPolicy } from '../../shared/store.ts';
import { asPreferred, queueOrder, queueOrders } from './queue/accept-requests.ts';
import { assessor } from './risk/assessor.ts';
import { editing } from './editing/edit-api.ts';
import { ParsedEnv } from './env.ts';
import { getExport, requestExport } from './export/export-api.ts';
import { createExportStore } from './export/export-store.ts';
import { findPage } from './search/find.ts';
import { createChangeStore } from './order/change-store.ts';
import { answerFor, currentAnswer } from './order/current-response.ts';
import { queuedAnswerOf } from './queue/intake-item.ts';
import { lifeRoutes } from './fulfilment/life-api.ts';
import { etagOf } from './order/order-item.ts';
import { createOrderQueue } from './queue/order-queue.ts';
import { atMostOnceASecond, type EndOverdue, overdueEnder } from './expiry/overdue.ts';
import { place } from './placement/place.ts';
import { badCursor, notAChannel, replyTo, timelineEntry, unknownOrder } from './order/responses.ts';
import { createRiskStore } from './risk/risk-store.ts';
import { sightOf } from './order/sight.ts';
import { createOrderStore, type OrderStore } from './placement/store.ts';
import { webhookGuard } from './payments/webhook-guard.ts';

/** Takes an order of the channel that the caller is. */
export const placeOrder =
  (store: OrderStore, channels: Channels, policy: SellingPolicy, endOverdue: EndOverdue = async () => 'not-looked') =>
  async ({ body: content, caller, cause }: Request<typeof routes.placeOrder>): Promise<HttpResponse> => {
    const channel = channels[caller.clientId];
    if (!channel) return notAChannel;
    const orderId = orderIdOf(channel.channel, content.externalOrderId);
    const placement = { orderId, contentHash: contentHash(content), content, channel, now: cause.now };
    const decision = await place(store, placement, policy, cause);
    const isOld = decision.kind === 'out-of-stock' && (await endOverdue(cause)) !== 'not-looked';
    return replyTo(isOld ? await place(store, placement, policy, cause) : decision, orderId, store);
  };

export const getOrder =
  (store: OrderStore, channels: Channels) =>
  async ({ params: { orderId }, caller, cause }: Request<typeof routes.getOrder>): Promise<HttpResponse> => {
    const sight = sightOf(caller.clientId, channels);
    const order = await store.visible(orderId, sight);
    if (order) return { status: 200, headers: { etag: etagOf(order) }, body: answerFor(sight, order, cause.now) };
    const queued = await store.intakes.visible(orderId, sight, cause.now);
    return queued ? { status: 200, body: queuedAnswerOf(queued) } : unknownOrder;
  };

export const getTimeline =
  (store: OrderStore, channels: Channels) =>
  async ({ params: { orderId }, caller }: Request<typeof routes.getTimeline>): Promise<HttpResponse> => {
    const order = await store.visible(orderId, sightOf(caller.clientId, channels));
    if (!order) return unknownOrder;
    return { status: 200, body: { events: (await store.timeline(orderId)).map(timelineEntry) } };
  };

export const findOrders =
  (store: OrderStore, channels: Channels) =>
  async ({ query, caller, cause }: Request<typeof routes.findOrders>): Promise<HttpResponse> => {
    const page = await findPage(store, query, sightOf(caller.clientId, channels), cause.now);
    if (!page) return badCursor;
    return { status: 200, body: { ...page, orders: page.orders.map((order) => currentAnswer(order, cause.now)) } };
  };

// Read once only: compiling the parser, which zod does else, would take longer than this parse.
const { CHANNELS, SELLING, RISK, WEBHOOK_SECRET_ARN, ORDER_QUEUE_URL, ...tables } = ParsedEnv.parse(process.env, {
  jitless: true,
});
const database = openDatabase();
const store = createOrderStore(database, tables, SELLING.timeZone);
const queue = createOrderQueue(ORDER_QUEUE_URL);
const changeStore = createChangeStore(database, tables, SELLING.timeZone);
const risks = createRiskStore(database, tables, RISK.windowMinutes);
const changes = lifeRoutes(changeStore, CHANNELS, SELLING, assessor({ risks, changes: changeStore }, RISK));
const endOverdue = atMostOnceASecond(overdueEnder(changeStore));
const placeNow = placeOrder(store, CHANNELS, SELLING, endOverdue);
const edits = editing(changeStore, readOffer(database, tables), CHANNELS, SELLING, endOverdue);
const exports = createExportStore(database, tables);
export const handler = httpHandler(
  on(routes.placeOrder, asPreferred(placeNow, queueOrder(store, queue, CHANNELS))),
  on(placeOrders, queueOrders(store, queue, CHANNELS)),
  on(routes.getOrder, getOrder(store, CHANNELS)),
  on(routes.getTimeline, getTimeline(store, CHANNELS)),
  on(routes.findOrders, findOrders(store, CHANNELS)),
  on(editOrder, edits),
  on(life.cancelOrder, changes.cancelOrder),
  on(life.allocateOrder, changes.allocateOrder),
  on(life.shipOrder, changes.shipOrder),
  on(life.deliverShipment, changes.deliverShipment),
  on(life.reviewOrder, changes.reviewOrder),
  on(life.postPayment, changes.postPayment, webhookGuard(secretReader(WEBHOOK_SECRET_ARN))),
  on(exportRoutes.postOrderExport, requestExport(exports, CHANNELS)),
  on(exportRoutes.getOrderExport, getExport(exports, CHANNELS)),
);
