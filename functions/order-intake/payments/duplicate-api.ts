import type { decideDuplicatePayment } from '../../../shared/contracts/orders/life-cycle-routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import { applyForCaller, changeResponse } from '../order/change-api.ts';
import type { OrderStore } from '../order/order-store.ts';
import { decideDuplicate } from './suspected-duplicate.ts';

const notStaff = problem(403, 'not-staff', 'This client may not decide on suspected payments.');

/** Serves the decision of staff on a payment that two providers reported. */
export const duplicateDecision =
  (store: OrderStore, channels: Channels) =>
  async (request: Request<typeof decideDuplicatePayment>): Promise<HttpResponse> => {
    const { caller, body, cause } = request;
    if (!ownValue(channels, caller.clientId)?.staff) return notStaff;
    const outcome = await applyForCaller(store, channels, request, (order) => decideDuplicate(order, body));
    return changeResponse(outcome, cause.now, 200);
  };
