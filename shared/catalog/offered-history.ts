import { type OfferedPrice, offeredPrices, type PublicPromotions } from '../pricing/offered-prices.ts';
import type { PriceHistoryStore } from './price-history-store.ts';
import { type PriceState, priceStateOf } from './price-state.ts';
import { stateAt as publicationAt } from './publication.ts';
import type { SkuRecord } from './sku-item.ts';

/** Changes of the prices of a SKU that one period is calculated from. */
export const maxChanges = 2000;
/** Versions of the price lists for one period: each has all lists, up to 100 KB. */
export const maxListVersions = 500;

/** The prices that were known at a past time, or are known now for a later one; undefined before the SKU existed. */
export async function stateAt(
  history: PriceHistoryStore,
  record: SkuRecord,
  at: number,
  now: number,
): Promise<PriceState | undefined> {
  if (at >= now) return priceStateOf(record);
  const time = iso(at);
  const before = await history.lastUntil(record.sku, time);
  if (before) return before.after;
  const after = await history.firstAfter(record.sku, time);
  // SKUs from before 2026-11-30 have no history until their first change.
  return after ? after.before : priceStateOf(record);
}

/** Milliseconds; `until` is exclusive. */
type Period = { channel: string; currency: string; from: number; until: number };

/**
 * The prices of a SKU that everybody was offered in a period, the earliest first, as they are known now. `too-many-changes`:
 * it is too long.
 */
export async function offersBetween(
  history: PriceHistoryStore,
  record: SkuRecord,
  { channel, currency, from, until }: Period,
  now: number,
  promotions?: PublicPromotions,
): Promise<OfferedPrice[] | 'too-many-changes'> {
  const [fromIso, untilIso] = [iso(from), iso(until)];
  const isPublic = (list: { currency: string; customerGroups?: unknown; channels?: string[] | undefined }) =>
    list.currency === currency && list.customerGroups === undefined && (list.channels?.includes(channel) ?? true);
  const changes = await history.changesBetween(record.sku, fromIso, untilIso, maxChanges);
  if (!changes) return 'too-many-changes';
  const wanted = { from: fromIso, to: untilIso, max: maxListVersions };
  const versions = await history.listVersionsBetween(wanted, isPublic);
  if (!versions) return 'too-many-changes';
  const [first, firstLists] = [await stateAt(history, record, from, now), await history.listsAt(fromIso)];
  return offeredPrices(
    {
      skus: [{ from, value: first }, ...changes.map(({ at, after }) => ({ from: Date.parse(at), value: after }))],
      lists: [
        { from, value: firstLists.filter(isPublic) },
        ...versions.map(({ at, lists }) => ({ from: Date.parse(at), value: lists })),
      ],
      promotions,
      ...saleOf(record),
    },
    { currency, channel },
    { from, until },
  );
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
