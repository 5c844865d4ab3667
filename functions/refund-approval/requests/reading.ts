import type * as routes from '../../../shared/contracts/refunds/routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { cursorOf, positionOf } from '../../../shared/dynamodb/cursor.ts';
import type { Channels } from '../../../shared/store.ts';
import { answerOf, badCursor, refundableOf, unknownOrder, unknownRefund } from '../refund/responses.ts';
import { sees } from '../refund/caller.ts';
import { requestedKeyPattern } from '../refund/refund-keys.ts';
import { indexFor, type RefundStore } from '../refund/store.ts';
import { stepsOf } from './steps.ts';

/** What serves those who look. */
export const readRoutes = (store: RefundStore, channels: Channels) => ({
  getRefundable: async ({ params, caller, cause }: Request<typeof routes.getRefundable>): Promise<HttpResponse> => {
    const known = await store.known(params.orderId, 'none');
    if (!known || !sees(caller, channels, known.order.channel)) return unknownOrder;
    return { status: 200, body: refundableOf(known, cause.now) };
  },

  getRefund: async ({ params, caller }: Request<typeof routes.getRefund>): Promise<HttpResponse> => {
    const refund = await store.refund(params.refundId);
    return refund && sees(caller, channels, refund.channel) ? { status: 200, body: answerOf(refund) } : unknownRefund;
  },

  getRefundTimeline: async ({ params, caller }: Request<typeof routes.getRefundTimeline>): Promise<HttpResponse> => {
    const refund = await store.refund(params.refundId);
    if (!refund || !sees(caller, channels, refund.channel)) return unknownRefund;
    const { status, deadlineAt } = refund;
    return { status: 200, body: { status, deadlineAt, events: stepsOf(await store.timeline(params.refundId)) } };
  },

  findRefunds: async ({ query, caller }: Request<typeof routes.findRefunds>): Promise<HttpResponse> => {
    const { limit, cursor, ...criteria } = query;
    const position = cursor === undefined ? undefined : positionOf(cursor, criteria, requestedKeyPattern);
    if (cursor !== undefined && position === undefined) return badCursor;
    const { index, value } = indexFor(criteria);
    const { refunds, last } = await store.find(index, value, position, limit);
    // An index may lag behind.
    const current = refunds.filter(({ status }) => criteria.status === undefined || status === criteria.status);
    const visible = current.filter(({ channel }) => sees(caller, channels, channel));
    return {
      status: 200,
      body: { refunds: visible.map(answerOf), ...(last !== undefined && { cursor: cursorOf(criteria, last) }) },
    };
  },
});
