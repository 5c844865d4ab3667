import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/refunds/routes.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { applyChangeWithOrder } from '../refund/apply.ts';
import { outcomeResponse } from '../refund/responses.ts';
import type { RefundStore } from '../refund/store.ts';
import { convertToStoreCredit, retryPayout } from './decide.ts';

/** The route that settles a failed payout: a new attempt, or store credit. */
export const payoutApi = (store: Pick<RefundStore, 'refund' | 'ledger' | 'snapshot' | 'commit'>) => ({
  settleRefund: async ({ params, body, cause }: Request<typeof routes.settleRefund>): Promise<HttpResponse> => {
    const settle = body.action === 'retry' ? retryPayout : convertToStoreCredit;
    return outcomeResponse(await applyChangeWithOrder(store, params.refundId, settle, cause));
  },
});
