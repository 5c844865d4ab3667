import assert from 'node:assert';
import type { Channels } from '../../../shared/store.ts';
import {
  type BatchResult,
  maxOrdersPerBatch,
  type placeOrders,
  prefersAsync,
} from '../../../shared/contracts/orders/queue-routes.ts';
import { OrderContent, type placeOrder } from '../../../shared/contracts/orders/routes.ts';
import { fieldErrors, Problem, problem, type HttpResponse } from '../../../shared/contracts/problem.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { type Acceptance, acceptOrders } from './accept.ts';
import type { OrderQueue } from './order-queue.ts';
import { locationOf, notAChannel, replyTo } from '../order/responses.ts';
import type { OrderStore } from '../placement/store.ts';

type Single = Request<typeof placeOrder>;
type Stores = Pick<OrderStore, 'intakes' | 'placed'>;

/** Answers at once, or, for a caller who prefers that, before the order is decided. */
export const asPreferred =
  (now: (request: Single) => Promise<HttpResponse>, later: (request: Single) => Promise<HttpResponse>) =>
  (request: Single) => (prefersAsync(request.headers) ? later(request) : now(request));

/** Puts an order of the channel that the caller is on the queue. */
export const queueOrder =
  (store: Stores, queue: OrderQueue, channels: Channels) =>
  async ({ body: content, caller, cause }: Single): Promise<HttpResponse> => {
    const channel = channels[caller.clientId];
    if (!channel) return notAChannel;
    const [acceptance] = await acceptOrders(store.intakes, queue, [content], channel, cause);
    assert(acceptance, 'Every valid order has an acceptance');
    if (acceptance.kind === 'queued') {
      const { orderId } = acceptance;
      const headers = { ...locationOf(orderId), 'preference-applied': 'respond-async' };
      return { status: 202, headers, body: { orderId, status: 'accepted' } };
    }
    return replyTo(acceptance, acceptance.orderId, store);
  };

/** Puts orders of the channel that the caller is on the queue; each has a result of its own. */
export const queueOrders =
  (store: Stores, queue: OrderQueue, channels: Channels) =>
  async ({ body: { orders }, caller, cause }: Request<typeof placeOrders>): Promise<HttpResponse> => {
    const channel = channels[caller.clientId];
    if (!channel) return notAChannel;
    if (orders.length > maxOrdersPerBatch) return tooManyOrders;
    const parsed = orders.map((order) => OrderContent.safeParse(order));
    const valid = parsed.flatMap(({ data }) => data ?? []);
    const acceptances = (await acceptOrders(store.intakes, queue, valid, channel, cause)).values();
    const results = await Promise.all(
      parsed.map(async ({ data, error }, index) => {
        if (error) return invalidResult(error, index);
        const { value: acceptance } = acceptances.next();
        assert(acceptance, 'Every valid order has an acceptance');
        return resultOf(data.externalOrderId, acceptance, store);
      }),
    );
    return { status: 202, body: { results } };
  };

async function resultOf(externalOrderId: string, acceptance: Acceptance, store: Stores): Promise<BatchResult> {
  const { kind, orderId } = acceptance;
  const named = { externalOrderId, orderId, ...locationOf(orderId) };
  if (kind === 'queued') return { ...named, status: 'accepted' };
  if (kind === 'already-placed') return { ...named, status: 'placed' };
  const { body } = await replyTo(acceptance, orderId, store);
  return { ...named, status: 'refused', problem: Problem.parse(body) };
}

const invalidResult = (error: Parameters<typeof fieldErrors>[0], index: number): BatchResult => {
  const errors = fieldErrors(error).map(({ pointer, detail }) => ({ pointer: `/orders/${index}${pointer}`, detail }));
  const { body } = problem(422, 'invalid-content', `The order has ${errors.length} invalid field(s).`, { errors });
  return { status: 'refused', problem: Problem.parse(body) };
};

const tooManyOrders = problem(413, 'too-many-orders', `Send at most ${maxOrdersPerBatch} orders in one request.`);
