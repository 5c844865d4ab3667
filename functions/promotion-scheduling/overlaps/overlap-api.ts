import { invalidParameter } from '../../../shared/contracts/list-query.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type { listPromotionOverlaps } from '../../../shared/contracts/promotions/preview-routes.ts';
import { QuoteContent } from '../../../shared/contracts/quotes/routes.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { CompiledPromotion, PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import { type Offer, previewCart, skusOfCart } from '../promotion/preview-cart.ts';
import type { PromotionStore } from '../promotion/promotion-store.ts';
import { type ReferenceStore, skusOf } from '../promotion/reference-store.ts';
import { overlapsIn } from './overlaps.ts';

const dayMs = 86_400_000;
const defaultDays = 31;
const maxDays = 366;
/** Pairs of which one unit is priced. */
const maxPriced = 50;
const concurrency = 5;

type Stores = { store: Pick<PromotionStore, 'currentSet' | 'categories'>; references: Pick<ReferenceStore, 'skus'> };

/** Serves the report of promotions that meet. */
export const overlapApi =
  ({ store, references }: Stores, selling: SellingPolicy, readOffer: (skus: readonly string[]) => Promise<Offer>) =>
  async ({ query, cause }: Request<typeof listPromotionOverlaps>): Promise<HttpResponse> => {
    const from = query.from === undefined ? cause.now : Date.parse(query.from);
    const until = query.to === undefined ? from + defaultDays * dayMs : Date.parse(query.to);
    if (until <= from) return invalidParameter('to', 'The period is empty: to is not after from');
    if (until - from > maxDays * dayMs) return invalidParameter('to', `A period has at most ${maxDays} days`);
    const [{ set }, categories] = await Promise.all([store.currentSet(), store.categories()]);
    const skus = await references.skus(set.promotions.flatMap(skusOf));
    const period = { from, until, storeZone: selling.timeZone };
    const { pairs, isComplete } = overlapsIn(set, { categories, skus }, period, query.promotionId);
    const byId = new Map(set.promotions.map((promotion) => [promotion.promotionId, promotion]));
    const priced = await inParallel(concurrency, pairs.slice(0, maxPriced), async (pair) => {
      const both = pair.promotionIds.flatMap((id) => byId.get(id) ?? []);
      const sku = pair.sku === undefined ? undefined : skus.get(pair.sku);
      if (!sku) return pair;
      const cart = exampleCart(sku, both, pair.from);
      const alone: PromotionSet = { ...set, promotions: both };
      const result = previewCart(cart, alone, await readOffer(skusOfCart(cart, alone)), selling, cause.now);
      return 'cart' in result ? { ...pair, cart: result.cart } : pair;
    });
    return { status: 200, body: { overlaps: [...priced, ...pairs.slice(maxPriced)], isComplete } };
  };

/** One unit, for a customer who gets both promotions. */
function exampleCart(
  { sku, currency }: { sku: string; currency: string },
  promotions: readonly CompiledPromotion[],
  at: string,
): QuoteContent {
  const first = <T>(of: (promotion: CompiledPromotion) => readonly T[] | undefined) =>
    promotions.flatMap((promotion) => of(promotion) ?? [])[0];
  const channel = first(({ audience }) => audience?.channels);
  const group = first(({ audience }) => audience?.customerGroups);
  return QuoteContent.parse({
    currency,
    at,
    lines: [{ sku, quantity: 1 }],
    couponCodes: promotions.flatMap(({ codes }) => codes?.slice(0, 1) ?? []),
    ...(channel !== undefined && { channel }),
    ...(group !== undefined && { customer: { id: 'example', group } }),
  });
}
