import assert from 'node:assert';
import type { ChannelAccess } from '../../../shared/access/channel-access.ts';
import {
  type BatchResult,
  maxOrdersPerBatch,
  type placeOrders,
  prefersAsync,
  type QueuedOrderResponse,
} from '../../../shared/contracts/orders/queue-routes.ts';
import { OrderContent, type placeOrder } from '../../../shared/contracts/orders/routes.ts';
import {
  type FieldError,
  fieldErrors,
  inputs,
  type HttpResponse,
  invalidContent,
  Problem,
  problem,
} from '../../../shared/contracts/problem.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import type { OrderStore } from '../order/order-store.ts';
import { acceptedResponse, locationOf, notAChannel, placementResponse } from '../order/responses.ts';
import { type Acceptance, acceptOrders } from './accept.ts';
import type { IntakeRecord } from './intake-item.ts';
import type { IntakeStore } from './intake-store.ts';
import type { OrderQueue } from './order-queue.ts';
import { tooManyQueuedOrders } from './queue-quota.ts';
import { textErrors } from '../../../shared/input/json.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

type PlacementRequest = Request<typeof placeOrder>;
type Serve = (request: PlacementRequest) => Promise<HttpResponse>;
type Stores = { intakes: Parameters<typeof acceptOrders>[0]; orders: Pick<OrderStore, 'placed'> };

/** Places an order at once, or queues it for a caller that sends `Prefer: respond-async`. */
export const preferredPlacement = (placeNow: Serve, queueForLater: Serve) => (request: PlacementRequest) =>
  prefersAsync(request.headers) ? queueForLater(request) : placeNow(request);

/** Queues an order of the caller's channel. */
export const queueOrder =
  (stores: Stores, queue: OrderQueue, channels: Channels): Serve =>
  async ({ body: content, caller, cause }) => {
    const channel = ownValue(channels, caller.clientId);
    if (!channel) return notAChannel;
    const accepted = await acceptOrders(stores.intakes, queue, [content], channel, cause);
    if (accepted === 'over-quota') return tooManyQueuedOrders;
    const [acceptance] = accepted;
    assert(acceptance, 'Every valid order has an acceptance');
    if (acceptance.kind === 'queued') {
      return acceptedResponse(acceptance.orderId, { 'preference-applied': 'respond-async' });
    }
    return placementResponse(acceptance, acceptance.orderId, stores.orders, { content, channel });
  };

/** Queues a batch of orders of the caller's channel. Each order has its own result. */
export const queueOrders =
  (stores: Stores, queue: OrderQueue, channels: Channels) =>
  async ({ body: { orders }, caller, cause }: Request<typeof placeOrders>): Promise<HttpResponse> => {
    const channel = ownValue(channels, caller.clientId);
    if (!channel) return notAChannel;
    if (orders.length > maxOrdersPerBatch) return tooManyOrders;
    const parsed = orders.map(parseOrder);
    const valid = parsed.flatMap(({ content }) => content ?? []);
    const accepted = await acceptOrders(stores.intakes, queue, valid, channel, cause);
    if (accepted === 'over-quota') return tooManyQueuedOrders;
    const acceptances = accepted.values();
    const results = await Promise.all(
      parsed.map(async ({ content, errors }, index) => {
        if (!content) return invalidResult(errors, index);
        const { value: acceptance } = acceptances.next();
        assert(acceptance, 'Every valid order has an acceptance');
        return resultOf({ content, channel }, acceptance, stores.orders);
      }),
    );
    return { status: 202, body: { results } };
  };

async function resultOf(
  request: { content: OrderContent; channel: Channels[string] },
  acceptance: Acceptance,
  orders: Stores['orders'],
): Promise<BatchResult> {
  const { kind, orderId } = acceptance;
  const result = { externalOrderId: request.content.externalOrderId, orderId, ...locationOf(orderId) };
  if (kind === 'queued') return { ...result, status: 'accepted' };
  if (kind === 'already-placed') return { ...result, status: 'placed' };
  const { status, body } = await placementResponse(acceptance, orderId, orders, request);
  if (status === 200) return { ...result, status: 'placed' };
  return { ...result, status: 'refused', problem: Problem.parse(body) };
}

/** The content of an order of a batch, or what is wrong with it. */
function parseOrder(
  order: unknown,
): { content: OrderContent; errors?: never } | { content?: never; errors: FieldError[] } {
  const malformed = textErrors(order);
  if (malformed.length > 0) return { errors: malformed };
  const { data, error } = OrderContent.safeParse(order, inputs);
  return data ? { content: data } : { errors: fieldErrors(error) };
}

/** Invalid fields of an order that the response to a batch names. A response has at most 6 MB. */
const errorsPerOrder = 10;

const invalidResult = (invalid: readonly FieldError[], index: number): BatchResult => {
  const errors = invalid.map(({ pointer, detail }) => ({ pointer: `/orders/${index}${pointer}`, detail }));
  const { body } = invalidContent(errors, { of: 'order', named: errorsPerOrder });
  return { status: 'refused', problem: Problem.parse(body) };
};

const tooManyOrders = problem(413, 'too-many-orders', `Send at most ${maxOrdersPerBatch} orders in one request.`);

/** Returns the response for an order that is accepted or refused, if it is visible to the caller. `now`: milliseconds. */
export const findQueuedOrder =
  (intakes: Pick<IntakeStore, 'visible'>) =>
  async (orderId: string, access: ChannelAccess, now: number): Promise<QueuedOrderResponse | undefined> => {
    const record = await intakes.visible(orderId, access, now);
    return record && queuedOrderBody(record);
  };

const queuedOrderBody = (record: IntakeRecord): QueuedOrderResponse => ({
  orderId: record.orderId,
  externalOrderId: record.externalOrderId,
  channel: record.channel,
  status: record.status,
  acceptedAt: record.acceptedAt,
  ...(record.problem && { problem: record.problem }),
});
