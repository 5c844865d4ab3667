import type * as z from 'zod';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/refunds/routes.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { applyChange } from '../refund/apply.ts';
import type { PolicyStore } from '../refund/policy-store.ts';
import { policiesFor, strictestLimits } from '../refund/refund-policy.ts';
import type { RefundItem } from '../refund/refund-item.ts';
import type { RefundLedger } from '../refund/refund-ledger.ts';
import { outcomeResponse } from '../refund/responses.ts';
import type { RefundStore } from '../refund/store.ts';
import { approve, type Decider, deciderOf, reject } from './decide.ts';

type Stores = { store: Pick<RefundStore, 'refund' | 'ledger' | 'commit'>; policies: Pick<PolicyStore, 'inForce'> };

/** Applies a decision, from the API or the AWS console. The limits are those of the policy in force, and of the one that the decider made looser. */
async function decideOnRefund(
  { store, policies }: Stores,
  { refundId, decision, comment }: { refundId: string } & z.infer<typeof routes.RefundDecision>,
  decider: Decider,
  cause: Cause,
): Promise<HttpResponse> {
  const limits = strictestLimits(policiesFor(await policies.inForce(cause.now), [decider.by], cause.now));
  const decide = (refund: RefundItem, ledger: RefundLedger) =>
    decision === 'approve'
      ? approve(refund, decider, comment, limits, cause.now)
      : reject(refund, ledger, decider, comment, cause.now);
  return outcomeResponse(await applyChange(store, refundId, decide, cause));
}

/** The route of those who decide. `departments` are the departments of clients, by client id. */
export const decisionApi = (stores: Stores, departments: Record<string, string>) => ({
  decideRefund: ({ params, body, caller, cause }: Request<typeof routes.decideRefund>): Promise<HttpResponse> =>
    decideOnRefund(stores, { ...params, ...body }, deciderOf(caller, departments), cause),
});
