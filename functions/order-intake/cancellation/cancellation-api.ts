import type { cancelOrder } from '../../../shared/contracts/orders/life-cycle-routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import { canonicalHash } from '../../../shared/content-hash.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import { applyForCaller, changeResponse } from '../order/change-api.ts';
import type { OrderStore } from '../order/order-store.ts';
import { cancel } from './cancel.ts';

/**
 * Serves the cancellation of an order or of units of its lines. Its reason is one of `reasons`; without them, any text is
 * a reason.
 */
export const cancellation =
  (store: OrderStore, channels: Channels, reasons?: readonly string[]) =>
  async (request: Request<typeof cancelOrder>): Promise<HttpResponse> => {
    const { body, cause } = request;
    const outcome = await applyForCaller(store, channels, request, (order) => {
      const stored = order.cancellations?.find(({ requestId }) => requestId === body.requestId)?.contentHash;
      return cancel(order, body, canonicalHash(body, { stored }), reasons);
    });
    return changeResponse(outcome, cause.now, 200);
  };
