import type { Categories } from '../../../shared/catalog/category-tree.ts';
import { type Margin, marginFor, minPriceOf } from '../../../shared/catalog/margin.ts';
import type { PriceGuard } from '../../../shared/catalog/price-guard.ts';
import type { StoredPriceList } from '../../../shared/catalog/price-list-snapshot.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { MarginTooLow } from '../../../shared/contracts/catalog/price-events.ts';
import type { DataOf } from '../../../shared/contracts/define-event.ts';
import { type FieldError, type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import { baseList, type PriceEntry } from '../../../shared/pricing/price-lists.ts';

/** The lowest price of a SKU: its cost with the margin of its category. `currency` is that of the cost. */
export type PriceFloor = Margin & { costMinor: number; currency: string; minPriceMinor: number };

/** The lowest price of a SKU; undefined without a cost or a margin. */
export function floorOf(
  { costMinor, currency, category }: Pick<SkuRecord, 'costMinor' | 'currency' | 'category'>,
  categories: Categories,
  guard: PriceGuard,
): PriceFloor | undefined {
  const margin = marginFor(category, categories, guard);
  if (!margin || costMinor === undefined) return undefined;
  return { ...margin, costMinor, currency, minPriceMinor: minPriceOf(costMinor, margin) };
}

/** Why a price below the floor is too low. */
export function tooLowText(unitPriceMinor: number, { minPriceMinor, costMinor, minMarginBasisPoints, of }: PriceFloor) {
  const percent = (minMarginBasisPoints / 100).toFixed(2);
  return `The price ${unitPriceMinor} is below ${minPriceMinor}: the cost ${costMinor} with the margin of ${percent} % of ${of}. Use ${minPriceMinor} or more, or correct the cost first.`;
}

export const belowMargin = (errors: FieldError[]): HttpResponse =>
  problem(422, 'below-margin', 'A price is below the cost with the margin of the category. Nothing was changed.', {
    errors,
  });

/** The lowest unit price of the breaks. */
const lowestOf = ({ breaks }: Pick<PriceEntry, 'breaks'>) =>
  Math.min(...breaks.map(({ unitPriceMinor }) => unitPriceMinor));

/**
 * What a higher floor makes of the prices that are in force at `now` (milliseconds) or later: those that are too low, and
 * the lists in another currency. Undefined if the floor is not higher than before, or no price is too low.
 */
export function reportOf(
  { sku, priceMinor, prices = [] }: SkuRecord,
  floor: PriceFloor | undefined,
  before: PriceFloor | undefined,
  lists: readonly StoredPriceList[],
  now: number,
): DataOf<typeof MarginTooLow> | undefined {
  if (!floor || (before && before.currency === floor.currency && before.minPriceMinor >= floor.minPriceMinor)) {
    return undefined;
  }
  const { costMinor, currency, minMarginBasisPoints, minPriceMinor } = floor;
  const open = prices.filter(({ until }) => until === undefined || Date.parse(until) > now);
  const currencyOf = (listId: string) => lists.find((list) => list.listId === listId)?.currency;
  const compared = open.filter(({ listId }) => currencyOf(listId) === currency);
  const tooLow = [
    { listId: baseList, unitPriceMinor: priceMinor },
    ...compared.map((entry) => ({ listId: entry.listId, unitPriceMinor: lowestOf(entry) })),
  ].filter(({ unitPriceMinor }) => unitPriceMinor < minPriceMinor);
  if (tooLow.length === 0) return undefined;
  const notCompared = [...new Set(open.map(({ listId }) => listId))].filter(
    (listId) => currencyOf(listId) !== currency,
  );
  return { sku, costMinor, currency, minMarginBasisPoints, minPriceMinor, prices: tooLow, notCompared };
}
