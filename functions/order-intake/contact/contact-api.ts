import type { correctOrder } from '../../../shared/contracts/orders/edit-routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import { applyForCaller, changeResponse } from '../order/change-api.ts';
import type { OrderStore } from '../order/order-store.ts';
import { correct } from './correct.ts';

/** Serves the correction of contact data, addresses and note. */
export const correction =
  (store: OrderStore, channels: Channels) =>
  async (request: Request<typeof correctOrder>): Promise<HttpResponse> => {
    const { body, headers, cause } = request;
    const outcome = await applyForCaller(store, channels, request, (order) =>
      correct(order, body, headers['if-match']),
    );
    return changeResponse(outcome, cause.now, 200);
  };
