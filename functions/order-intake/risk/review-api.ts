import type { reviewOrder } from '../../../shared/contracts/orders/life-cycle-routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import { applyForCaller, changeResponse } from '../order/change-api.ts';
import { isStale } from '../order/order-item.ts';
import type { OrderStore } from '../order/order-store.ts';
import { reject, release } from './review.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

const notStaff = problem(403, 'not-staff', 'This client may not decide on held orders.');

/** Serves the review of held orders by staff. */
export const review =
  (store: OrderStore, channels: Channels) =>
  async (request: Request<typeof reviewOrder>): Promise<HttpResponse> => {
    const { caller, body, headers, cause } = request;
    if (!ownValue(channels, caller.clientId)?.staff) return notStaff;
    const { decision, reason } = body;
    const outcome = await applyForCaller(store, channels, request, (order) => {
      if (isStale(order, headers['if-match'])) return { kind: 'stale' };
      return decision === 'reject' ? reject(order, reason) : release(order, reason, cause.now);
    });
    return changeResponse(outcome, cause.now, 200);
  };
