import { allocate } from '../../../shared/money.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import type { OrderItem, PlacedOrder } from '../order/order-item.ts';

type Returned = readonly { lineId: string; quantity: number }[];

/** The discount of each returned unit, by unit price, largest first: shares of the line's discount. */
function discountsByPrice({ lines }: Pick<OrderItem, 'lines'>, returned: Returned): Map<number, number[]> {
  const byPrice = new Map<number, number[]>();
  for (const { lineId, quantity } of returned) {
    const line = lines.find((each) => each.lineId === lineId);
    if (!line || line.discountMinor === 0) continue;
    const units = allocate(
      line.discountMinor,
      Array.from({ length: line.quantity }, () => 1),
    );
    const own = units.toSorted((a, b) => b - a).slice(0, quantity);
    byPrice.set(line.unitPriceMinor, [...(byPrice.get(line.unitPriceMinor) ?? []), ...own]);
  }
  return byPrice;
}

/**
 * The lines of a replacement with the discounts of the returned units: a unit of the same price keeps the price that was
 * paid. `placed`: the replacement at today's prices. Undefined if no unit keeps a discount.
 */
export function linesAtKeptPrices(
  requested: OrderContent['lines'],
  placed: Pick<PlacedOrder, 'lines'>,
  order: Pick<OrderItem, 'lines'>,
  returned: Returned,
): OrderContent['lines'] | undefined {
  const left = discountsByPrice(order, returned);
  const priceOf = new Map(placed.lines.map(({ sku, unitPriceMinor }) => [sku, unitPriceMinor]));
  const lines = requested.map((line) => {
    const unitPriceMinor = priceOf.get(line.sku) ?? 0;
    const kept = left.get(unitPriceMinor)?.splice(0, line.quantity) ?? [];
    const discountMinor = kept.reduce((sum, each) => sum + each, 0);
    return { sku: line.sku, quantity: line.quantity, unitPriceMinor, discountMinor };
  });
  return lines.some(({ discountMinor }) => discountMinor > 0) ? lines : undefined;
}
