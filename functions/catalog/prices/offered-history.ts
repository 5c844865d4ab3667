import { stateAt as publicationAt } from '../../../shared/catalog/publication.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { emptyRange, invalidParameter, timeRangeOf } from '../../../shared/contracts/list-query.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import {
  lowestBefore,
  type OfferedPrice,
  offeredPrices,
  priorPriceDays,
  type PublicPromotions,
  reductionsIn,
} from '../../../shared/pricing/offered-prices.ts';
import type { Channels } from '../../../shared/store.ts';
import type { StoredSku } from '../skus/decide.ts';
import { appliesIn } from '../skus/visibility.ts';
import type { PriceHistoryStore } from './history-store.ts';
import { stateAt } from './state-at.ts';

const dayMs = 86_400_000;
const maxRangeDays = 400;
/** Changes of the prices of a SKU that one response is calculated from. */
export const maxChanges = 2000;
/** Versions of the price lists for one response: each has all lists, up to 100 KB. */
export const maxListVersions = 500;

type Query = {
  channel?: string | undefined;
  currency?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
};
/** Milliseconds; `until` is exclusive. */
type Range = { channel: string; currency: string | undefined; from: number; until: number };

/** The range of the offered prices that a query asks for, or the response that refuses it; undefined without a channel. */
export function offeredRange(
  { channel, currency, from, to }: Query,
  { channels, timeZone, now }: { channels: Channels; timeZone: string; now: number },
): Range | HttpResponse | undefined {
  if (channel === undefined) {
    const needless = Object.entries({ currency, from, to }).find(([, value]) => value !== undefined);
    return needless && invalidParameter(needless[0], 'Only together with channel, whose offered prices it selects');
  }
  const names = Object.values(channels).map((each) => each.channel);
  if (!names.includes(channel)) {
    return invalidParameter('channel', `There is no channel ${channel}. The channels are ${names.join(', ')}`);
  }
  const range = timeRangeOf({ from, to }, timeZone);
  if (!range) return emptyRange;
  // Later prices are plans, which `GET …/prices?at=` shows.
  const until = range.before === undefined ? now : Math.min(Date.parse(range.before), now);
  const start = range.from === undefined ? until - priorPriceDays * dayMs : Date.parse(range.from);
  if (start >= until) return emptyRange;
  if (until - start > maxRangeDays * dayMs) {
    return invalidParameter('from', `The range is longer than ${maxRangeDays} days`);
  }
  return { channel, currency, from: start, until };
}

/** What everybody was offered of a SKU in a range, as the response shows it. */
export async function offeredHistory(
  history: PriceHistoryStore,
  stored: StoredSku,
  { channel, currency = stored.record.currency, from, until }: Range,
  now: number,
  promotions?: PublicPromotions,
) {
  // The prior price of a reduction at the start of the range is of the 30 days before it.
  const since = from - priorPriceDays * dayMs;
  const [sinceIso, untilIso] = [iso(since), iso(until)];
  const isPublic = (list: { currency: string; customerGroups?: unknown; channels?: string[] | undefined }) =>
    list.currency === currency && list.customerGroups === undefined && appliesIn(list, channel);
  const changes = await history.changesBetween(stored.record.sku, sinceIso, untilIso, maxChanges);
  if (!changes) return 'too-many-changes';
  const wanted = { from: sinceIso, to: untilIso, max: maxListVersions };
  const versions = await history.listVersionsBetween(wanted, isPublic);
  if (!versions) return 'too-many-changes';
  const [first, firstLists] = [await stateAt(history, stored, since, now), await history.listsAt(sinceIso)];
  const offers = offeredPrices(
    {
      skus: [
        { from: since, value: first },
        ...changes.map(({ at, after }) => ({ from: Date.parse(at), value: after })),
      ],
      lists: [
        { from: since, value: firstLists.filter(isPublic) },
        ...versions.map(({ at, lists }) => ({ from: Date.parse(at), value: lists })),
      ],
      promotions,
      ...saleOf(stored.record),
    },
    { currency, channel },
    { from: since, until },
  );
  const priors = new Map(reductionsIn(offers).map(({ offer, prior }) => [offer, prior]));
  const lowest = lowestBefore(offers, until);
  return {
    channel,
    currency,
    from: iso(from),
    until: untilIso,
    prices: offers.filter((offer) => offer.until > from).map((offer) => shown(offer, priors.get(offer))),
    lowest: lowest && startOf(lowest),
  };
}

/** Before its launch a product is not offered. Which states it had before is not known, so that only the plan counts. */
function saleOf({ product }: SkuRecord) {
  if (!product || product.status !== 'published') return {};
  const bounds = [product.publishedFrom, product.publishedUntil];
  return {
    isOnSale: (at: number) => publicationAt(product, at) === 'published',
    saleChangesAt: bounds.flatMap((time) => (time === undefined ? [] : [Date.parse(time)])),
  };
}

const iso = (at: number) => new Date(at).toISOString();
const startOf = ({ from, unitPriceMinor }: OfferedPrice) => ({ from: iso(from), unitPriceMinor });
const shown = (offer: OfferedPrice, prior: OfferedPrice | undefined) => ({
  ...offer,
  from: iso(offer.from),
  until: iso(offer.until),
  ...(prior && { prior: startOf(prior) }),
});
