import { type HttpResponse, invalidContent, problem } from '../../../shared/contracts/problem.ts';
import type { checkPromotion } from '../../../shared/contracts/promotions/preview-routes.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import { setWith } from '../promotion/compile-set.ts';
import { type Offer, previewCart, skusOfCart } from '../promotion/preview-cart.ts';
import { codesOf } from '../promotion/promotion-record.ts';
import { reviewedOf } from '../promotion/review.ts';
import { withDefinition } from '../promotion/transitions.ts';
import { checkContent } from './decide.ts';
import { type DefinitionSettings, type DefinitionStores, loadReferences } from './definition-api.ts';
import { warningsOf } from './warnings.ts';

/** Id of a promotion that is not saved. No other one has it. */
const unsaved = '~unsaved';

export type ReadOffer = (skus: readonly string[]) => Promise<Offer>;

/** Checks a promotion as if it was saved, and prices a basket with it. */
export const checkApi =
  (
    { store, references, review }: DefinitionStores,
    settings: DefinitionSettings & { selling: SellingPolicy },
    readOffer: ReadOffer,
  ) =>
  async ({ body, caller, cause }: Request<typeof checkPromotion>): Promise<HttpResponse> => {
    const { promotionId = unsaved, promotion, cart } = body;
    const { draft: _draft, ...definition } = promotion;
    const { storeZone, priceGuard, policy, selling } = settings;
    const { now } = cause;
    const snapshot = await store.load(promotionId, codesOf(definition));
    const known = await loadReferences(references, settings, definition, snapshot);
    const by = caller.subject || caller.clientId;
    const context = { snapshot, references: known, thresholds: policy.approvalAboveMinor, storeZone, by, now };
    const checked = checkContent(promotionId, definition, context);
    if ('errors' in checked) {
      return invalidContent(checked.errors.map(({ pointer, detail }) => ({ pointer: `/promotion${pointer}`, detail })));
    }
    const { set, categories } = snapshot;
    const warnings = warningsOf(definition, {
      promotionId,
      set,
      categories,
      skus: known.skus,
      priceGuard,
      storeZone,
      now,
    });
    const reviewed = reviewedOf(checked.next, snapshot, settings, now);
    const found = reviewed && (await review(reviewed));
    const response = {
      warnings: [...warnings, ...(found?.warnings ?? [])],
      needsApproval: checked.next.status === 'pending-approval',
      ...(found?.worstCase && { worstCase: found.worstCase }),
    };
    if (!cart) return { status: 200, body: response };
    const given = { promotionId, definition, draft: false, contentHash: '' };
    const approved = withDefinition(snapshot.current, given, { thresholds: undefined, storeZone, by, now });
    const next = setWith(set, [approved], { categories, priceGuard, storeZone, now });
    const preview: PromotionSet = next ? { ...next, version: set.version } : set;
    const priced = previewCart(cart, preview, await readOffer(skusOfCart(cart, preview)), selling, now);
    if ('cart' in priced) return { status: 200, body: { ...response, cart: priced.cart } };
    const { type, detail, errors } = priced.refusal;
    return problem(422, type, detail, { errors });
  };
