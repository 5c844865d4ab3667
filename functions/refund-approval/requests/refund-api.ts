import { channelAccessOf, isVisible } from '../../../shared/access/channel-access.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/refunds/routes.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { Channels } from '../../../shared/store.ts';
import { otherCurrenciesOf } from '../refund/order-snapshot.ts';
import { refundResponse, unknownOrder, unknownRefund } from '../refund/responses.ts';
import type { RequestStore } from './request-store.ts';
import { refundableResponse } from './refundable-response.ts';
import { timelineResponse } from './timeline.ts';

/** The routes that read refunds and refundable amounts. */
export function refundApi(store: RequestStore, channels: Channels) {
  const visibleRefund = async (refundId: string, clientId: string) => {
    const refund = await store.refund(refundId);
    return refund && isVisible(refund.channel, channelAccessOf(clientId, channels)) ? refund : undefined;
  };

  return {
    getRefundable: async ({ params, caller, cause }: Request<typeof routes.getRefundable>): Promise<HttpResponse> => {
      const snapshot = await store.requestSnapshot({ ...params, refundId: 'none' }, cause.now);
      const access = channelAccessOf(caller.clientId, channels);
      if (!snapshot || !isVisible(snapshot.order.channel, access)) return unknownOrder;
      const others = await Promise.all(
        otherCurrenciesOf(snapshot.order).map((currency) => store.snapshot(params.orderId, 'none', currency)),
      );
      const inOthers = others.filter((other) => other !== undefined);
      return { status: 200, body: refundableResponse(snapshot, inOthers, cause.now) };
    },

    getRefund: async ({ params, caller }: Request<typeof routes.getRefund>): Promise<HttpResponse> => {
      const refund = await visibleRefund(params.refundId, caller.clientId);
      return refund ? { status: 200, body: refundResponse(refund) } : unknownRefund;
    },

    getRefundTimeline: async ({ params, caller }: Request<typeof routes.getRefundTimeline>): Promise<HttpResponse> => {
      const refund = await visibleRefund(params.refundId, caller.clientId);
      if (!refund) return unknownRefund;
      const { refundId, status, deadlineAt } = refund;
      return { status: 200, body: { status, deadlineAt, events: timelineResponse(await store.timeline(refundId)) } };
    },
  };
}
