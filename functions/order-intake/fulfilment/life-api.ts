import type { Cause } from '../../../shared/contracts/define-event.ts';
import type * as routes from '../../../shared/contracts/orders/life-cycle-routes.ts';
import { problem, type HttpResponse } from '../../../shared/contracts/problem.ts';
import { contentHash } from '../../../shared/ids.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { PaymentEvent } from '../../../shared/payments/payment.ts';
import type { Channels, SellingPolicy } from '../../../shared/store.ts';
import { apply, type Decide, recordPayment } from '../order/apply.ts';
import { type Assessor, onceAssessed } from '../risk/assessor.ts';
import { cancel, reject } from '../cancellation/cancellation.ts';
import type { Outcome } from '../order/change.ts';
import type { ChangeStore } from '../order/change-store.ts';
import { currentAnswer } from '../order/current-response.ts';
import { etagOf, isStale, type OrderItem } from '../order/order-item.ts';
import { release } from '../order/payment.ts';
import { unknownOrder } from '../order/responses.ts';
import { allocateStock, deliver, ship } from './shipping.ts';
import { isInSight, sightOf } from '../order/sight.ts';

const defaultReturnWindowDays = 30;

/** What serves the changes of an order, by the name of its route. */
export function lifeRoutes(
  store: ChangeStore,
  channels: Channels,
  policy: Pick<SellingPolicy, 'returnWindowDays'>,
  risk: Pick<Assessor, 'judge'>,
) {
  const { returnWindowDays = defaultReturnWindowDays } = policy;

  const change = async (request: ChangeRequest, decide: Decide): Promise<HttpResponse> =>
    replyTo(await applyInSight(store, channels, request, decide), request.cause.now, 200);
  /** Applies a change that must not be made before the order's risk is known, however slow its queue is. */
  const changeAssessed = async (
    request: ChangeRequest,
    decide: Decide,
    firstStatus: 200 | 201,
  ): Promise<HttpResponse> => {
    const outcome = await onceAssessed(risk, request.cause.now, (assessed) =>
      applyInSight(store, channels, request, assessed(decide)),
    );
    return replyTo(outcome, request.cause.now, firstStatus);
  };

  return {
    cancelOrder: (request: Request<typeof routes.cancelOrder>) =>
      change(request, (order) => cancel(order, request.body, contentHash(request.body))),
    allocateOrder: (request: Request<typeof routes.allocateOrder>) => changeAssessed(request, allocateStock, 200),
    shipOrder: (request: Request<typeof routes.shipOrder>) => {
      const { body, cause } = request;
      return changeAssessed(request, (order) => ship(order, body, contentHash(body), cause.now), 201);
    },
    deliverShipment: (request: Request<typeof routes.deliverShipment>) => {
      const { params, body, cause } = request;
      const { deliveredAt = new Date(cause.now).toISOString() } = body;
      const arrival = { shipmentId: params.shipmentId, deliveredAt, now: cause.now };
      return change(request, (order) => deliver(order, arrival, returnWindowDays));
    },
    reviewOrder: async (request: Request<typeof routes.reviewOrder>): Promise<HttpResponse> => {
      const { caller, body, headers, cause } = request;
      if (!channels[caller.clientId]?.staff) return notStaff;
      const { decision, reason } = body;
      return change(request, (order) => {
        if (isStale(order, headers['if-match'])) return { kind: 'stale' };
        return decision === 'reject' ? reject(order, reason) : release(order, reason, cause.now);
      });
    },
    postPayment: ({ params, body, cause }: Request<typeof routes.postPayment>): Promise<HttpResponse> =>
      tellPayment(store, params.provider, body, cause),
  };
}

/** Records what a provider told, once. */
export async function tellPayment(
  store: ChangeStore,
  provider: string,
  { orderId, ...told }: PaymentEvent,
  cause: Cause,
): Promise<HttpResponse> {
  const actor = `provider.${provider}`;
  const outcome = await recordPayment(store, orderId, { ...told, provider }, { ...cause, actor });
  const recorded = (status: string): HttpResponse => ({
    status: 200,
    body: { orderId, eventId: told.eventId, status },
  });
  if (outcome.kind === 'kept') return recorded('waiting-for-order');
  if (outcome.kind === 'changed') return recorded('recorded');
  if (outcome.kind === 'already-kept' || outcome.kind === 'already-done') return recorded('already-recorded');
  return replyTo(outcome, cause.now, 200);
}

/** Applies a change to an order in the caller's sight. */
export function applyInSight(
  store: ChangeStore,
  channels: Channels,
  { params: { orderId }, caller, cause }: ChangeRequest,
  decide: Decide,
): Promise<Outcome | undefined> {
  const sight = sightOf(caller.clientId, channels);
  const outOfSight: Outcome = { kind: 'unknown', detail: 'There is no such order.' };
  return apply(store, orderId, (order) => (isInSight(order.channel, sight) ? decide(order) : outOfSight), cause);
}

type ChangeRequest = { params: { orderId: string }; caller: { clientId: string }; cause: Cause };

const notStaff = problem(403, 'not-staff', 'This client may not decide on held orders.');

const answer = (
  status: 200 | 201,
  order: OrderItem,
  now: number,
  headers: Record<string, string> = {},
): HttpResponse => ({
  status,
  headers: { etag: etagOf(order), ...headers },
  body: currentAnswer(order, now),
});

export function replyTo(outcome: Outcome | undefined, now: number, firstStatus: 200 | 201): HttpResponse {
  if (!outcome) return unknownOrder;
  switch (outcome.kind) {
    case 'changed':
      return answer(firstStatus, outcome.order, now);
    case 'already-done':
      return answer(200, outcome.order, now, { 'idempotent-replayed': 'true' });
    case 'illegal': {
      const { status, wanted, holdReasons } = outcome;
      const held = holdReasons ? `, held (${holdReasons.join(', ')}),` : '';
      return problem(409, 'illegal-transition', `An order that is ${status}${held} cannot be ${wanted}.`, {
        // A problem document's own `status` is that of HTTP.
        currentStatus: status,
        ...(holdReasons && { holdReasons }),
      });
    }
    case 'conflict':
      return problem(409, outcome.type, outcome.detail, outcome.extension);
    case 'stale':
      return problem(412, 'order-changed', 'The order is not the one of If-Match any more.');
    case 'invalid': {
      const { type, detail, errors, lines } = outcome;
      return problem(422, type, detail, { errors, ...(lines && { lines }) });
    }
    default:
      return problem(404, 'not-found', outcome.detail);
  }
}
