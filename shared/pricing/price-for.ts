import type { Taxation } from '../tax/taxation.ts';
import { priceOrder } from './price-order.ts';
import {
  differencesFrom,
  type Difference,
  lineTotalOf,
  type Priced,
  priceAsSent,
  type Requested,
} from './sent-amounts.ts';
import { amountTooLarge, type Invalid } from './sellable.ts';

/**
 * Prices an order for its channel. A channel that prices itself sets the amounts that it sends, which must add up
 * (`amounts-differ`). Others have the amounts of the store, and an amount that they send must be the current one
 * (`price-changed`, with the current amounts). Only tax that the store calculated is known by rate.
 */
export function priceFor(
  { pricesItself }: { pricesItself: boolean },
  requested: Requested,
  taxation: Taxation,
): Priced | { refusal: Invalid } {
  if (pricesItself) {
    const priced = priceAsSent(withDiscounts(requested), taxation);
    if (priced === 'too-large') return { refusal: amountTooLarge };
    return 'differences' in priced ? { refusal: refusalOf('amounts-differ', priced.differences) } : priced;
  }
  const { lines, shipping, charges, sentLines, sent, discounts } = requested;
  const priced = priceOrder(lines, shipping, taxation, charges, discounts);
  if (!priced) return { refusal: amountTooLarge };
  const differences = differencesFrom(priced, sentLines, sent);
  if (differences.length === 0) return priced;
  return { refusal: { ...refusalOf('price-changed', differences), amounts: currentAmounts(priced) } };
}

/** Promotions of a channel that prices itself are as if the channel had sent their discounts. */
function withDiscounts(requested: Requested): Requested {
  const { lines, sentLines, discounts = [] } = requested;
  if (discounts.every((discountMinor) => discountMinor === 0)) return requested;
  const withDiscount = (index: number) => ({ pointer: '', ...sentLines[index], discountMinor: discounts[index] ?? 0 });
  return { ...requested, sentLines: lines.map((_line, index) => withDiscount(index)) };
}

const refusalOf = (type: 'amounts-differ' | 'price-changed', differences: Difference[]): Invalid => ({
  kind: 'invalid',
  type,
  detail:
    type === 'amounts-differ'
      ? `${differences.length} amount(s) do not add up: ${differences[0]?.detail}.`
      : `${differences.length} amount(s) are not the current ones: ${differences[0]?.detail}.`,
  errors: differences,
});

const currentAmounts = ({ lines, totals }: Priced) => ({
  ...totals,
  lines: lines.map((line) => ({
    sku: line.sku,
    quantity: line.quantity,
    unitPriceMinor: line.unitPriceMinor,
    discountMinor: line.discountMinor,
    taxMinor: line.taxMinor,
    totalMinor: lineTotalOf(line, totals.taxIncluded),
  })),
});
