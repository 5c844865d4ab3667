import { offersBetween } from '../../../shared/catalog/offered-history.ts';
import type { PriceHistoryStore } from '../../../shared/catalog/price-history-store.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { emptyRange, invalidParameter, timeRangeOf } from '../../../shared/contracts/list-query.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import {
  lowestBefore,
  type OfferedPrice,
  priorPriceDays,
  reductionsIn,
} from '../../../shared/pricing/offered-prices.ts';
import type { ReadPublicPromotions } from '../../../shared/promotions/public-promotions-store.ts';
import { channelNames, type Channels } from '../../../shared/store.ts';

const dayMs = 86_400_000;
const maxRangeDays = 400;

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
  const names = channelNames(channels);
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
  record: SkuRecord,
  { channel, currency = record.currency, from, until }: Range,
  now: number,
  readPromotions: ReadPublicPromotions,
) {
  // The prior price of a reduction at the start of the range is of the 30 days before it.
  const period = { from: from - priorPriceDays * dayMs, until };
  const promotions = await readPromotions(record, { channel, currency }, period);
  if (!promotions) return 'too-many-changes';
  const offers = await offersBetween(history, record, { channel, currency, ...period }, now, promotions);
  if (offers === 'too-many-changes') return offers;
  const priors = new Map(reductionsIn(offers).map(({ offer, prior }) => [offer, prior]));
  const lowest = lowestBefore(offers, until);
  return {
    channel,
    currency,
    from: iso(from),
    until: iso(until),
    prices: offers.filter((offer) => offer.until > from).map((offer) => shown(offer, priors.get(offer))),
    lowest: lowest && startOf(lowest),
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
