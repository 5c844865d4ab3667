import { allocate } from '../../../shared/money.ts';
import type { OrderItem } from '../order/order-item.ts';

type Discounts = OrderItem['discounts'];
type Lines = OrderItem['lines'];

/** The line that an order's discounts name: the first one of a requested line that several warehouses ship. */
const namedLine = ({ lineId, partOf = lineId }: Lines[number]) => partOf;

/**
 * The discounts of an order whose lines have other quantities now: those of each line sum to the line's discount. Added
 * units have none.
 */
export function editedDiscounts(discounts: Discounts, lines: Lines): Discounts {
  const discountOf = new Map<string, number>();
  for (const line of lines)
    discountOf.set(namedLine(line), (discountOf.get(namedLine(line)) ?? 0) + line.discountMinor);
  const shares = discounts.flatMap(({ lines: own = [] }, discount) =>
    own.map(({ lineId = '', amountMinor }, index) => ({ lineId, amountMinor, key: `${discount} ${index}` })),
  );
  const amounts = new Map<string, number>();
  for (const [lineId, own] of Map.groupBy(shares, (share) => share.lineId)) {
    const weights = own.map(({ amountMinor }) => amountMinor);
    const isZero = weights.every((weight) => weight === 0);
    const parts = isZero ? weights : allocate(discountOf.get(lineId) ?? 0, weights);
    for (const [index, { key }] of own.entries()) amounts.set(key, parts[index] ?? 0);
  }
  return discounts.map((discount, at) => {
    if (!discount.lines) return discount;
    const own = discount.lines.map(({ lineId }, index) => ({
      lineId,
      amountMinor: amounts.get(`${at} ${index}`) ?? 0,
    }));
    const appliedMinor = own.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    return { ...discount, appliedMinor, lines: own.filter(({ amountMinor }) => amountMinor > 0) };
  });
}
