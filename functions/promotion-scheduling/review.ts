import { rulesOf } from '../../shared/pricing/pricing-rules.ts';
import { promotionRules } from '../../shared/settings/promotion-policy.ts';
import { channelNames, type Channels, type SellingPolicy } from '../../shared/store.ts';
import type { Offer } from './promotion/preview-cart.ts';
import type { Review } from './promotion/review.ts';
import type { ReductionReview } from './reductions/reduction-review.ts';
import { concernedBy, mostCommonCurrency, namedSkus, unionOf } from './worst-case/concerned-goods.ts';
import { type ConcernedSkus, pastBasketsOf } from './worst-case/concerned-skus-store.ts';
import type { PastBaskets } from './worst-case/past-baskets.ts';
import { worstCase } from './worst-case/worst-case.ts';
import { worstCaseWarnings } from './worst-case/worst-case-warnings.ts';

/** SKUs that are read, and baskets that are priced, while a promotion is saved: less than a second. */
const maxSkus = 100;
const maxPricings = 1000;
const maxPastBaskets = 200;

type Deps = {
  skus: ConcernedSkus;
  pastBaskets: () => Promise<PastBaskets>;
  readOffer: (skus: readonly string[]) => Promise<Offer>;
  reductions: ReductionReview;
  settings: { selling: SellingPolicy; channels: Channels };
};

/** Searches the worst case and reductions that are none, when a promotion is saved. What was searched is in the result. */
export const reviewWith =
  ({ skus, pastBaskets, readOffer, reductions, settings: { selling, channels } }: Deps): Review =>
  async (reviewed) => {
    const { draft, set, now } = reviewed;
    const [read, past, { settings, priceLists }] = await Promise.all([
      skus(namedSkus(draft), maxSkus),
      pastBaskets().then((kept) => pastBasketsOf(skus, kept, reviewed, maxPastBaskets)),
      readOffer([]),
    ]);
    const promotions = promotionRules(set, settings, selling);
    if (!promotions) return { warnings: [] };
    const concerned = unionOf(concernedBy(draft, set, read), past.goods, maxSkus);
    const rules = { ...rulesOf(selling, settings, priceLists, promotions), promotions };
    const names = channelNames(channels);
    const channel = names[0] ?? '';
    const currency = mostCommonCurrency(concerned);
    const found = worstCase({
      draft,
      set,
      skus: concerned,
      rules,
      channel,
      currency,
      now,
      baskets: past.baskets,
      beside: past.skus,
      maxPricings,
    });
    const isWhole = found.searched.isWhole && read.length < maxSkus;
    const searched = { ...found, searched: { ...found.searched, isWhole } };
    const reduced = await reductions(reviewed, concerned, { policy: promotions.policy, channels: names });
    return { warnings: [...worstCaseWarnings(searched), ...reduced], worstCase: searched };
  };
