import type { Cause } from '../../../shared/contracts/define-event.ts';
import { isVisible, channelAccessOf } from '../../../shared/access/channel-access.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { Channels } from '../../../shared/store.ts';
import { applyChange, type Decide } from './apply.ts';
import type { Outcome } from './change.ts';
import { etagOf, type OrderItem } from './order-item.ts';
import type { OrderStore } from './order-store.ts';
import { currentOrderBody, unknownOrder } from './responses.ts';

/** The members of a request that changes one order. */
export type ChangeRequest = { params: { orderId: string }; caller: { clientId: string }; cause: Cause };

/** Applies a change to an order that is visible to the caller. */
export function applyForCaller(
  store: OrderStore,
  channels: Channels,
  { params: { orderId }, caller, cause }: ChangeRequest,
  decide: Decide,
): Promise<Outcome | undefined> {
  const access = channelAccessOf(caller.clientId, channels);
  const invisible: Outcome = { kind: 'unknown', detail: 'There is no such order.' };
  return applyChange(store, orderId, (order) => (isVisible(order.channel, access) ? decide(order) : invisible), cause);
}

/** Response to a command on an order; `firstStatus` is that of a change, 200 that of a replay. */
export function changeResponse(outcome: Outcome | undefined, now: number, firstStatus: 200 | 201): HttpResponse {
  if (!outcome) return unknownOrder;
  switch (outcome.kind) {
    case 'changed':
      return orderResponse(firstStatus, outcome.order, now);
    case 'already-done':
      return orderResponse(200, outcome.order, now, { 'idempotent-replayed': 'true' });
    case 'illegal': {
      const { status, wanted, holdReasons } = outcome;
      const held = holdReasons ? `, held (${holdReasons.join(', ')}),` : '';
      return problem(409, 'illegal-transition', `An order that is ${status}${held} cannot be ${wanted}.`, {
        // A problem document's `status` is the HTTP status.
        currentStatus: status,
        ...(holdReasons && { holdReasons }),
      });
    }
    case 'conflict':
      return problem(409, outcome.type, outcome.detail, outcome.extension);
    case 'stale':
      return problem(412, 'order-changed', 'The order has changed since the version of If-Match.');
    case 'invalid': {
      const { type, detail, errors, lines, amounts } = outcome;
      return problem(422, type, detail, { errors, ...(lines && { lines }), ...(amounts && { amounts }) });
    }
    default:
      return problem(404, 'not-found', outcome.detail);
  }
}

const orderResponse = (
  status: 200 | 201,
  order: OrderItem,
  now: number,
  headers: Record<string, string> = {},
): HttpResponse => ({
  status,
  headers: { etag: etagOf(order), ...headers },
  body: currentOrderBody(order, now),
});
