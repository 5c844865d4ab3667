import { baseList, type PriceContext, type PriceEntry, type PriceList, priceOf } from './price-lists.ts';

const dayMs = 86_400_000;
/** Directive 98/6/EC, Article 6a(2): the prior price is the lowest of a period not shorter than 30 days. */
export const priorPriceDays = 30;

/** What was in force, the earliest first: each value from its time (milliseconds) until the next one. */
type Timeline<T> = readonly { from: number; value: T }[];

type PricedSku = { priceMinor: number; currency: string; prices?: readonly PriceEntry[] | undefined };

/** Promotions that everybody gets without a code, for one SKU. */
export type PublicPromotions = {
  /** Times (milliseconds) at which one starts, ends or changes. */
  changesAt: readonly number[];
  /** The discount of one unit, and the promotions that give it. */
  discountAt: (at: number, unitPriceMinor: number) => { discountMinor: number; promotionIds: readonly string[] };
};

/** A price of one unit that everybody was offered, from `from` until before `until` (milliseconds). */
export type OfferedPrice = {
  from: number;
  until: number;
  /** After promotions. */
  unitPriceMinor: number;
  listPriceMinor: number;
  /** Price list; `base` is the SKU's own price. */
  listId: string;
  taxIncluded?: boolean | undefined;
  promotionIds: readonly string[];
};

type Offer = Omit<OfferedPrice, 'from' | 'until'>;

/**
 * The prices of a SKU that everybody was offered in a channel, the earliest first, without gaps while there was a price.
 * Lists of customer groups are not public. `isOnSale` leaves out the times at which the SKU could not be bought.
 */
export function offeredPrices(
  {
    skus,
    lists,
    promotions,
    isOnSale = () => true,
    saleChangesAt = [],
  }: {
    skus: Timeline<PricedSku | undefined>;
    lists: Timeline<readonly PriceList[]>;
    promotions?: PublicPromotions | undefined;
    isOnSale?: (at: number) => boolean;
    saleChangesAt?: readonly number[];
  },
  { currency, channel }: Pick<PriceContext, 'currency' | 'channel'>,
  range: { from: number; until: number },
): OfferedPrice[] {
  const changes = [
    ...skus.flatMap(({ from, value }) => [from, ...(value?.prices ?? []).flatMap(boundsOf)]),
    ...lists.flatMap(({ from, value }) => [
      from,
      ...value.flatMap(({ validFrom, validTo }) => boundsOf({ from: validFrom, until: validTo })),
    ]),
    ...(promotions?.changesAt ?? []),
    ...saleChangesAt,
  ].filter((at) => at > range.from && at < range.until);
  const starts = [range.from, ...new Set(changes)].toSorted((a, b) => a - b);
  const offers: OfferedPrice[] = [];
  for (const [index, from] of starts.entries()) {
    const sku = isOnSale(from) ? valueAt(skus, from) : undefined;
    const context = { currency, channel, at: from };
    const offer = sku && offerOf(sku, valueAt(lists, from) ?? [], context, promotions);
    if (!offer) continue;
    const until = starts[index + 1] ?? range.until;
    const last = offers.at(-1);
    if (last?.until === from && isSame(last, offer)) last.until = until;
    else offers.push({ from, until, ...offer });
  }
  return offers;
}

function offerOf(
  sku: PricedSku,
  lists: readonly PriceList[],
  context: PriceContext,
  promotions: PublicPromotions | undefined,
): Offer | undefined {
  const price = priceOf(sku, 1, context, lists);
  if (!price) return undefined;
  const { unitPriceMinor: listPriceMinor, list } = price;
  const { discountMinor, promotionIds } = promotions?.discountAt(context.at, listPriceMinor) ?? noDiscount;
  return {
    unitPriceMinor: listPriceMinor - discountMinor,
    listPriceMinor,
    listId: list?.listId ?? baseList,
    taxIncluded: list?.taxIncluded,
    promotionIds,
  };
}

const noDiscount = { discountMinor: 0, promotionIds: [] };

const boundsOf = ({ from, until }: { from?: string | undefined; until?: string | undefined }): number[] =>
  [from, until].flatMap((time) => (time === undefined ? [] : [Date.parse(time)]));

const valueAt = <T>(timeline: Timeline<T>, at: number): T | undefined =>
  timeline.findLast(({ from }) => from <= at)?.value;

const isSame = (a: Offer, b: Offer): boolean =>
  a.unitPriceMinor === b.unitPriceMinor &&
  a.listPriceMinor === b.listPriceMinor &&
  a.listId === b.listId &&
  a.taxIncluded === b.taxIncluded &&
  a.promotionIds.join('\0') === b.promotionIds.join('\0');

/**
 * The lowest price that was offered in the `days` before `at` (milliseconds); of equal prices the latest. Undefined if none
 * was. `history` has to reach that far back.
 */
export function lowestBefore(
  history: readonly OfferedPrice[],
  at: number,
  days = priorPriceDays,
): OfferedPrice | undefined {
  const since = at - days * dayMs;
  const before = history.filter(({ from, until }) => from < at && until > since);
  return before.toSorted((a, b) => a.unitPriceMinor - b.unitPriceMinor || b.from - a.from)[0];
}

/** The offers that are a reduction: their price is below the one that they follow. */
export const reductionsIn = (history: readonly OfferedPrice[]): { offer: OfferedPrice; prior: OfferedPrice }[] =>
  history.flatMap((offer, index) => {
    const before = history[index - 1];
    const isReduced = before?.until === offer.from && offer.unitPriceMinor < before.unitPriceMinor;
    const prior = isReduced ? lowestBefore(history, offer.from) : undefined;
    return prior ? [{ offer, prior }] : [];
  });

/** An announced reduction that is larger than that from the lowest price of the 30 days before. */
export type ReductionWarning = {
  /** `no-reduction`: the price is not below the prior price; `smaller-reduction`: it is below by less than announced. */
  code: 'no-reduction' | 'smaller-reduction';
  priorPriceMinor: number;
  unitPriceMinor: number;
  announcedBasisPoints: number;
  /** Negative: the price is above the prior price. */
  reductionBasisPoints: number;
};

/**
 * Compares an announced reduction with the lowest price of the 30 days before `at` (milliseconds), from which it has to be
 * calculated (Court of Justice, C-330/23). Undefined if it is correct, or if no price was offered before.
 */
export function checkReduction(
  history: readonly OfferedPrice[],
  { at, unitPriceMinor, announcedBasisPoints }: { at: number; unitPriceMinor: number; announcedBasisPoints: number },
): ReductionWarning | undefined {
  const prior = lowestBefore(history, at);
  if (!prior || prior.unitPriceMinor === 0) return undefined;
  const priorPriceMinor = prior.unitPriceMinor;
  const reducedMinor = priorPriceMinor - unitPriceMinor;
  // An exact product: amounts have up to 10^12 minor units. A discount may be rounded by less than one of them.
  const announcedMinor = Number((BigInt(priorPriceMinor) * BigInt(announcedBasisPoints)) / 10_000n);
  if (reducedMinor > 0 && reducedMinor >= announcedMinor) return undefined;
  const reductionBasisPoints = Number((BigInt(reducedMinor) * 10_000n) / BigInt(priorPriceMinor));
  const code = reducedMinor > 0 ? 'smaller-reduction' : 'no-reduction';
  return { code, priorPriceMinor, unitPriceMinor, announcedBasisPoints, reductionBasisPoints };
}
