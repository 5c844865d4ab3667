import { baseList, byPriority, isDuring, type PriceList } from '../../../shared/pricing/price-lists.ts';
import { appliesIn } from '../skus/visibility.ts';
import type { PriceState } from '../../../shared/catalog/price-state.ts';

/**
 * The prices of a state in force at a time (milliseconds) by these lists, those that apply first in front; the SKU's own
 * price is the last. `onlyChannel`: those that apply in this channel.
 */
export function pricesAt(
  { priceMinor, currency, prices = [] }: PriceState,
  lists: readonly PriceList[],
  at: number,
  onlyChannel: string | undefined,
) {
  const inForce = lists
    .filter((list) => appliesIn(list, onlyChannel) && isDuring({ from: list.validFrom, until: list.validTo }, at))
    .toSorted(byPriority);
  return [
    ...inForce.flatMap(({ listId, name, version, priority, channels, customerGroups, taxIncluded, ...list }) => {
      const entry = prices.find((each) => each.listId === listId && isDuring(each, at));
      if (!entry) return [];
      const shown = channels && onlyChannel !== undefined ? [onlyChannel] : channels;
      const header = { listId, name, listVersion: version, priority, currency: list.currency };
      return [{ ...header, channels: shown, customerGroups, taxIncluded, ...entry }];
    }),
    { listId: baseList, priority: 0, currency, breaks: [{ minQuantity: 1, unitPriceMinor: priceMinor }] },
  ];
}
