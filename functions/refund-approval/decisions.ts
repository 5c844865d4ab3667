import type * as routes from '../../shared/http/refunds.ts';
import type { Reply } from '../../shared/http/problem.ts';
import type { Request } from '../../shared/lambda/http-handler.ts';
import { replyTo } from './answers.ts';
import { apply, applyToOrder } from './apply.ts';
import { deciderOf } from './caller.ts';
import { approve, reject } from './decide.ts';
import { retry, toStoreCredit } from './paying.ts';
import type { RefundStore } from './store.ts';

/** What serves those who decide. `departments` are those that machines act for, by client id. */
export const decisionRoutes = (store: RefundStore, departments: Record<string, string>) => ({
  decideRefund: async ({ params, body, caller, cause }: Request<typeof routes.decideRefund>): Promise<Reply> => {
    const decider = deciderOf(caller, departments);
    const { limits } = (await store.policy()).content;
    const { decision, comment } = body;
    return replyTo(
      await apply(
        store,
        params.refundId,
        (refund, account) =>
          decision === 'approve'
            ? approve(refund, decider, comment, limits, cause.now)
            : reject(refund, account, decider, comment, cause.now),
        cause,
      ),
    );
  },

  /** After a failed payout. The pots must still have the money, so the order is part of the decision. */
  settleRefund: async ({ params, body, cause }: Request<typeof routes.settleRefund>): Promise<Reply> => {
    const settle = body.action === 'retry' ? retry : toStoreCredit;
    return replyTo(await applyToOrder(store, params.refundId, settle, cause));
  },
});
