import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/promotions/routes.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { PromotionSettings } from '../../../shared/settings/promotion-policy.ts';
import { promotionResponse } from '../promotion/promotion-body.ts';
import { codesOf, etagOf } from '../promotion/promotion-record.ts';
import type { PromotionStore } from '../promotion/promotion-store.ts';
import { type Review, reviewedOf } from '../promotion/review.ts';
import { type CompileSettings, saveChange } from '../promotion/save-change.ts';
import { decideAction, type LifecycleAction } from './decide.ts';

const defaultRetryBudgetMs = 8000;

/** The routes of all actions have the same parameters. */
type ActionRequest = Omit<Request<typeof routes.pausePromotion>, 'query'>;

type LifecycleSettings = CompileSettings & { policy: PromotionSettings };

/** The route of an action. The set in force changes in the same transaction, so that the next quote obeys. */
export const lifecycleApi =
  (store: PromotionStore, review: Review, settings: LifecycleSettings, retryBudgetMs = defaultRetryBudgetMs) =>
  (action: LifecycleAction) =>
  ({ params, headers, body, caller, cause }: ActionRequest): Promise<HttpResponse> =>
    retryOnConflict(retryBudgetMs, async () => {
      const { storeZone, policy } = settings;
      const { now } = cause;
      const found = await store.find(params.promotionId);
      if (!found) return problem(404, 'not-found', 'There is no such promotion.');
      const snapshot = await store.load(params.promotionId, codesOf(found.definition));
      const { current } = snapshot;
      if (!current) return undefined;
      const by = caller.subject || caller.clientId;
      const { comment } = body;
      const thresholds = policy.approvalAboveMinor;
      const decision = decideAction(current, {
        action,
        ifMatch: headers['if-match'],
        comment,
        by,
        now,
        thresholds,
        storeZone,
      });
      switch (decision.kind) {
        case 'already-done':
          return promotionResponse(200, current, { storeZone, now });
        case 'illegal':
          return problem(409, 'illegal-transition', `${action} is not possible: the promotion is ${decision.state}.`, {
            currentStatus: decision.state,
          });
        case 'own-change':
          return problem(403, decision.kind, 'Another person must approve the promotion: you changed it.');
        case 'precondition-required':
          return problem(428, decision.kind, 'If-Match with the ETag of what is approved is required.');
        case 'precondition-failed':
          return problem(
            412,
            decision.kind,
            'The promotion has another version than If-Match names.',
            {},
            {
              etag: etagOf(current),
            },
          );
        case 'change': {
          const change = { next: decision.next, action: decision.action, comment, from: caller.address };
          const outcome = await saveChange(store, change, snapshot, settings, cause);
          if (outcome === undefined) return undefined;
          if (outcome !== 'done') return outcome.refusal;
          const reviewed = action === 'submit' ? reviewedOf(decision.next, snapshot, settings, now) : undefined;
          const found = reviewed && (await review(reviewed));
          return promotionResponse(200, decision.next, { storeZone, now, ...found });
        }
        default:
          return decision satisfies never;
      }
    });
