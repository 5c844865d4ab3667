import {
  definitionApi,
  type DefinitionSettings,
} from '../../functions/promotion-scheduling/definitions/definition-api.ts';
import type { LifecycleAction } from '../../functions/promotion-scheduling/lifecycle/decide.ts';
import { lifecycleApi } from '../../functions/promotion-scheduling/lifecycle/lifecycle-api.ts';
import type { Review } from '../../functions/promotion-scheduling/promotion/review.ts';
import { createPromotionStore } from '../../functions/promotion-scheduling/promotion/promotion-store.ts';
import { createReferenceStore } from '../../functions/promotion-scheduling/promotion/reference-store.ts';
import { NewPromotion, PromotionContent } from '../../shared/contracts/promotions/promotion.ts';
import * as routes from '../../shared/contracts/promotions/routes.ts';
import type { HttpResponse } from '../../shared/contracts/problem.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import { createPromotionSetStore } from '../../shared/promotions/promotion-set-store.ts';
import { aCause, noon } from '../support/builders.ts';
import { tables } from '../support/database/dynamodb.ts';
import { aRequest } from '../support/requests.ts';

export const storeZone = 'Europe/London';
export const promotionSettings = (given: Partial<DefinitionSettings> = {}): DefinitionSettings => ({
  policy: { resolution: 'priority', codePolicy: 'lenient', foldsEmailTags: false },
  methods: ['standard', 'express'],
  channels: ['storefront', 'marketplace'],
  priceGuard: { belowMargin: 'refuse' },
  storeZone,
  ...given,
});

/** 10 % off all goods. */
export const aContent = (given: Record<string, unknown> = {}) =>
  PromotionContent.parse({ name: 'Sale', discount: { kind: 'percent', level: 'line', basisPoints: 1000 }, ...given });

/** Far above the normal duration: no test depends on the speed of its machine. */
const retryBudgetMs = 60_000;

/** Callers of the routes of promotions, on one database. */
export function promotionRoutes(
  db: Database,
  given: Partial<DefinitionSettings> = {},
  review: Review = async () => ({ warnings: [] }),
) {
  const store = createPromotionStore(db, tables);
  const settings = promotionSettings(given);
  const stores = { store, references: createReferenceStore(db, tables), review };
  const definitions = definitionApi(stores, settings, retryBudgetMs);
  const lifecycle = lifecycleApi(store, review, settings, retryBudgetMs);
  const headers = (ifMatch?: string) => (ifMatch === undefined ? {} : { 'if-match': ifMatch });
  return {
    store,
    settings,
    create: (
      promotionId: string,
      content: Record<string, unknown> = {},
      by = 'marketing',
      now = noon,
    ): Promise<HttpResponse> =>
      definitions.create(
        aRequest(
          routes.createPromotion,
          { body: NewPromotion.parse({ ...aContent(content), promotionId }), cause: aCause({ actor: by, now }) },
          by,
        ),
      ),
    put: (
      promotionId: string,
      content: Record<string, unknown>,
      ifMatch?: string,
      by = 'marketing',
      now = noon,
    ): Promise<HttpResponse> =>
      definitions.replace(
        aRequest(
          routes.putPromotion,
          {
            params: { promotionId },
            headers: headers(ifMatch),
            body: aContent(content),
            cause: aCause({ actor: by, now }),
          },
          by,
        ),
      ),
    get: (promotionId: string, now = noon): Promise<HttpResponse> =>
      definitions.get(aRequest(routes.getPromotion, { params: { promotionId }, cause: aCause({ now }) }, 'marketing')),
    act: (
      action: LifecycleAction,
      promotionId: string,
      {
        ifMatch,
        by = 'marketing',
        now = noon,
        comment,
      }: { ifMatch?: string; by?: string; now?: number; comment?: string } = {},
    ): Promise<HttpResponse> =>
      lifecycle(action)(
        aRequest(
          routes.pausePromotion,
          {
            params: { promotionId },
            headers: headers(ifMatch),
            body: comment === undefined ? {} : { comment },
            cause: aCause({ actor: by, now }),
          },
          by,
        ),
      ),
    /** Ids of the promotions in the set in force. */
    inForce: async (): Promise<string[]> =>
      (await createPromotionSetStore(db, tables).current()).set.promotions.map(({ promotionId }) => promotionId),
    set: async () => (await createPromotionSetStore(db, tables).current()).set,
  };
}
