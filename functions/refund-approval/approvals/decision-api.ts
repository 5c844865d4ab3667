import type * as z from 'zod';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type * as routes from '../../../shared/contracts/refunds/routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { outcomeResponse } from '../refund/responses.ts';
import { applyChange, applyChangeWithOrder } from '../refund/apply.ts';
import { deciderOf } from '../refund/caller.ts';
import { approve, type Decider, reject } from './decide.ts';
import { retry, toStoreCredit } from '../payouts/paying.ts';
import type { RefundLedger } from '../refund/refund-ledger.ts';
import type { RefundItem } from '../refund/refund-item.ts';
import type { RefundStore } from '../refund/store.ts';

/** Lets somebody decide, wherever they do it. */
export async function decideOn(
  store: Pick<RefundStore, 'policy' | 'refund' | 'account' | 'commit'>,
  { refundId, decision, comment }: { refundId: string } & z.infer<typeof routes.RefundDecision>,
  decider: Decider,
  cause: Cause,
): Promise<HttpResponse> {
  const { limits } = (await store.policy()).content;
  const decide = (refund: RefundItem, account: RefundLedger) =>
    decision === 'approve'
      ? approve(refund, decider, comment, limits, cause.now)
      : reject(refund, account, decider, comment, cause.now);
  return outcomeResponse(await applyChange(store, refundId, decide, cause));
}

/** What serves those who decide. `departments` are those that machines act for, by client id. */
export const decisionApi = (store: RefundStore, departments: Record<string, string>) => ({
  decideRefund: ({ params, body, caller, cause }: Request<typeof routes.decideRefund>): Promise<HttpResponse> =>
    decideOn(store, { ...params, ...body }, deciderOf(caller, departments), cause),

  /** After a failed payout. The pots must still have the money, so the order is part of the decision. */
  settleRefund: async ({ params, body, cause }: Request<typeof routes.settleRefund>): Promise<HttpResponse> => {
    const settle = body.action === 'retry' ? retry : toStoreCredit;
    return outcomeResponse(await applyChangeWithOrder(store, params.refundId, settle, cause));
  },
});
