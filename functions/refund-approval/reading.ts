import type * as routes from '../../shared/http/refunds.ts';
import type { Reply } from '../../shared/http/problem.ts';
import type { Request } from '../../shared/lambda/http-handler.ts';
import { cursorOf, positionOf } from '../../shared/paging.ts';
import type { Channels } from '../../shared/store.ts';
import { answerOf, badCursor, refundableOf, unknownOrder, unknownRefund } from './answers.ts';
import { sees } from './caller.ts';
import { requestedKeyPattern } from './refund-keys.ts';
import { indexFor, type RefundStore } from './store.ts';
import { stepsOf } from './steps.ts';

/** What serves those who look. */
export const readRoutes = (store: RefundStore, channels: Channels) => ({
  getRefundable: async ({ params, caller, cause }: Request<typeof routes.getRefundable>): Promise<Reply> => {
    const known = await store.known(params.orderId, 'none');
    if (!known || !sees(caller, channels, known.order.channel)) return unknownOrder;
    return { status: 200, body: refundableOf(known, cause.now) };
  },

  getRefund: async ({ params, caller }: Request<typeof routes.getRefund>): Promise<Reply> => {
    const refund = await store.refund(params.refundId);
    return refund && sees(caller, channels, refund.channel) ? { status: 200, body: answerOf(refund) } : unknownRefund;
  },

  getRefundTimeline: async ({ params, caller }: Request<typeof routes.getRefundTimeline>): Promise<Reply> => {
    const refund = await store.refund(params.refundId);
    if (!refund || !sees(caller, channels, refund.channel)) return unknownRefund;
    const { status, deadlineAt } = refund;
    return { status: 200, body: { status, deadlineAt, events: stepsOf(await store.timeline(params.refundId)) } };
  },

  findRefunds: async ({ query, caller }: Request<typeof routes.findRefunds>): Promise<Reply> => {
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
