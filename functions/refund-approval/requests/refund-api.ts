import type * as routes from '../../../shared/contracts/refunds/routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { cursorOf, positionOf } from '../../../shared/dynamodb/cursor.ts';
import type { Channels } from '../../../shared/store.ts';
import { refundResponse, invalidCursor, refundableResponse, unknownOrder, unknownRefund } from '../refund/responses.ts';
import { isVisibleTo } from '../refund/caller.ts';
import { requestedKeyPattern } from '../refund/refund-keys.ts';
import { indexFor, type RefundStore } from '../refund/store.ts';
import { timelineResponse } from './timeline.ts';

/** What serves those who look. */
export const refundApi = (store: RefundStore, channels: Channels) => ({
  getRefundable: async ({ params, caller, cause }: Request<typeof routes.getRefundable>): Promise<HttpResponse> => {
    const known = await store.known(params.orderId, 'none');
    if (!known || !isVisibleTo(caller, channels, known.order.channel)) return unknownOrder;
    return { status: 200, body: refundableResponse(known, cause.now) };
  },

  getRefund: async ({ params, caller }: Request<typeof routes.getRefund>): Promise<HttpResponse> => {
    const refund = await store.refund(params.refundId);
    return refund && isVisibleTo(caller, channels, refund.channel) ? { status: 200, body: refundResponse(refund) } : unknownRefund;
  },

  getRefundTimeline: async ({ params, caller }: Request<typeof routes.getRefundTimeline>): Promise<HttpResponse> => {
    const refund = await store.refund(params.refundId);
    if (!refund || !isVisibleTo(caller, channels, refund.channel)) return unknownRefund;
    const { status, deadlineAt } = refund;
    return { status: 200, body: { status, deadlineAt, events: timelineResponse(await store.timeline(params.refundId)) } };
  },

  findRefunds: async ({ query, caller }: Request<typeof routes.findRefunds>): Promise<HttpResponse> => {
    const { limit, cursor, ...criteria } = query;
    const position = cursor === undefined ? undefined : positionOf(cursor, criteria, requestedKeyPattern);
    if (cursor !== undefined && position === undefined) return invalidCursor;
    const { index, value } = indexFor(criteria);
    const { refunds, last } = await store.find(index, value, position, limit);
    // An index may lag behind.
    const current = refunds.filter(({ status }) => criteria.status === undefined || status === criteria.status);
    const visible = current.filter(({ channel }) => isVisibleTo(caller, channels, channel));
    return {
      status: 200,
      body: { refunds: visible.map(refundResponse), ...(last !== undefined && { cursor: cursorOf(criteria, last) }) },
    };
  },
});
