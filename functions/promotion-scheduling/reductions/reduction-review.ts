import { offersBetween } from '../../../shared/catalog/offered-history.ts';
import type { PriceHistoryStore } from '../../../shared/catalog/price-history-store.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { PromotionWarning } from '../../../shared/contracts/promotions/promotion.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { isPublic, publicPromotions } from '../../../shared/pricing/promotions/public-promotions.ts';
import type { PromotionPolicy } from '../../../shared/pricing/promotions/types.ts';
import type { ReadPublicPromotions } from '../../../shared/promotions/public-promotions-store.ts';
import { nextTimes, isInForce } from '../promotion/promotion-timing.ts';
import type { Reviewed } from '../promotion/review.ts';
import { reductionWarning } from './reduction-warnings.ts';

const dayMs = 86_400_000;
/** The 30 days before a reduction that began up to 30 days ago. */
const historyDays = 60;
/** SKUs whose prices are compared while a promotion is saved: each is a few reads. */
const maxCompared = 10;
const parallelReads = 5;

type Deps = { history: PriceHistoryStore; promotions: ReadPublicPromotions };
type Where = { policy: PromotionPolicy; channels: readonly string[] };

/** Warnings of reductions that are none, for a promotion that lowers the price that everybody is offered. */
export const reductionReview =
  ({ history, promotions }: Deps) =>
  async (
    { draft, set, now }: Reviewed,
    skus: readonly SkuRecord[],
    { policy, channels }: Where,
  ): Promise<PromotionWarning[]> => {
    const { timeZone } = policy;
    const at = isInForce(draft, timeZone, now) ? now : nextTimes(draft, timeZone, now).startMs;
    const own = draft.audience?.channels ?? channels;
    const channel = own.find((each) => !draft.audience?.except?.channels?.includes(each));
    if (!isPublic(draft) || at === undefined || channel === undefined) return [];
    const found = await inParallel(parallelReads, skus.slice(0, maxCompared), async (sku) => {
      const { currency } = sku;
      const where = { channel, currency };
      const period = { from: at - historyDays * dayMs, until: at };
      const past = await promotions(sku, where, period);
      const offers = past && (await offersBetween(history, sku, { ...where, ...period }, now, past));
      if (!offers || offers === 'too-many-changes') return undefined;
      const start = { from: at, until: at + 1 };
      const planned = publicPromotions([{ from: at, set }], sku, { ...where, policy }, start);
      const then = await offersBetween(history, sku, { ...where, ...start }, now, planned);
      const [offer] = then === 'too-many-changes' ? [] : then;
      if (!offer?.promotionIds.includes(draft.promotionId)) return undefined;
      return reductionWarning(draft, sku.sku, offers, { at, unitPriceMinor: offer.unitPriceMinor, currency });
    });
    return found.flatMap((warning) => warning ?? []);
  };
export type ReductionReview = ReturnType<typeof reductionReview>;
