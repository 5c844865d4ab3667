import { setTimeout } from 'node:timers/promises';
import assert from 'node:assert';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { placeOrder } from '../../../shared/contracts/orders/routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import { isRetryableError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import type { OrderStore } from '../order/order-store.ts';
import { acceptedResponse, notAChannel, placedResponse, placementResponse } from '../order/responses.ts';
import { acceptOrders, type AcceptanceStore } from './accept.ts';
import type { OrderQueue } from './order-queue.ts';
import { tooManyQueuedOrders } from './queue-quota.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

type Serve = (request: Request<typeof placeOrder>) => Promise<HttpResponse>;
type Stores = {
  intakes: AcceptanceStore;
  orders: Pick<OrderStore, 'placed' | 'placedEvent'>;
};

/** Of a request in all, in ms. The function's timeout is 20 s, API Gateway's 29 s. */
const usualWait = { responseWithinMs: 12_000, pollMs: 250 };

/**
 * Places an order directly. If concurrent requests use the same stock items for longer than the retry budget, it queues
 * the order instead, where one transaction places up to 49 orders, and waits for the decision. The response is that of a
 * direct placement, or 202 if there is no decision in time. A problem that is not retryable is thrown unchanged.
 */
export const placeOrQueue =
  (placeNow: Serve, stores: Stores, queue: OrderQueue, channels: Channels, wait = usualWait): Serve =>
  async (request) => {
    const deadline = performance.now() + wait.responseWithinMs;
    try {
      return await placeNow(request);
    } catch (error) {
      if (!isRetryableError(error)) throw error;
    }
    const channel = ownValue(channels, request.caller.clientId);
    if (!channel) return notAChannel;
    const accepted = await acceptOrders(stores.intakes, queue, [request.body], channel, request.cause);
    if (accepted === 'over-quota') return tooManyQueuedOrders;
    const [acceptance] = accepted;
    assert(acceptance, 'Every valid order has an acceptance');
    if (acceptance.kind !== 'queued') {
      const { body: content } = request;
      return placementResponse(acceptance, acceptance.orderId, stores.orders, { content, channel });
    }
    return decisionOn(acceptance.orderId, request.cause, stores, { deadline, pollMs: wait.pollMs });
  };

async function decisionOn(
  orderId: string,
  { causationId }: Cause,
  { intakes, orders }: Stores,
  { deadline, pollMs }: { deadline: number; pollMs: number },
): Promise<HttpResponse> {
  while (performance.now() < deadline) {
    await setTimeout(pollMs);
    const { order, intake } = (await intakes.states([orderId])).get(orderId) ?? {};
    if (order) {
      const { metadata, data } = await orders.placedEvent(orderId, order.placedEventId);
      if (metadata.causationId === causationId) return placedResponse(201, data);
      return placementResponse({ kind: 'already-placed', ...order }, orderId, orders);
    }
    if (intake?.status === 'refused' && intake.problem) {
      return { status: intake.problem.status, contentType: 'application/problem+json', body: intake.problem };
    }
  }
  return acceptedResponse(orderId);
}
