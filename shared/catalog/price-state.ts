import * as z from 'zod';
import { maxPriceEntries, SkuRecord } from './sku-item.ts';
import type { PricePeriod } from '../contracts/catalog/price-events.ts';
import { contentHash } from '../ids.ts';
import { baseList, PriceEntry } from '../pricing/price-lists.ts';

/** The prices and the cost of a SKU. */
export const PriceState = SkuRecord.pick({ priceMinor: true, currency: true, costMinor: true }).extend({
  prices: z.array(PriceEntry).max(maxPriceEntries).optional(),
});
export type PriceState = z.infer<typeof PriceState>;

export const priceStateOf = ({ priceMinor, currency, costMinor, prices }: SkuRecord): PriceState => ({
  priceMinor,
  currency,
  ...(costMinor !== undefined && { costMinor }),
  ...(prices?.length && { prices }),
});

/** The prices of a SKU in one list that changed; `base` is its own price. */
export type ListChange = { listId: string; before: PricePeriod[]; after: PricePeriod[] };

/** What changed between two states: prices by list, and the cost. */
export function changesOf(before: PriceState | undefined, after: PriceState): { lists: ListChange[]; cost: boolean } {
  const listIds = new Set([baseList, ...[before, after].flatMap((state) => state?.prices ?? []).map(listIdOf)]);
  const lists = [...listIds]
    .map((listId) => ({ listId, before: before ? periodsIn(before, listId) : [], after: periodsIn(after, listId) }))
    .filter((change) => contentHash(change.before) !== contentHash(change.after));
  return { lists, cost: before?.costMinor !== after.costMinor || isOtherCurrency(before, after) };
}

const listIdOf = ({ listId }: PriceEntry) => listId;
const isOtherCurrency = (before: PriceState | undefined, after: PriceState) =>
  after.costMinor !== undefined && before !== undefined && before.currency !== after.currency;

/** The prices of a state in a list, the earliest first. */
function periodsIn({ priceMinor, currency, prices = [] }: PriceState, listId: string): PricePeriod[] {
  if (listId === baseList) return [{ currency, breaks: [{ minQuantity: 1, unitPriceMinor: priceMinor }] }];
  return prices.filter((entry) => entry.listId === listId).map(({ from, until, breaks }) => ({ from, until, breaks }));
}
