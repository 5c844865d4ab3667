import type { Dice } from './random.ts';
import { ordersPerHotSku } from './order-plan.ts';

export type PlannedSku = { sku: string; priceMinor: number; category: string; units: Record<string, number> };
export type Assortment = {
  /** SKUs of most orders. Demand exceeds the stock of every third one. */
  skus: readonly PlannedSku[];
  /** SKUs that many concurrent orders contain, one SKU after another. */
  hotSkus: readonly PlannedSku[];
  /** SKUs of large orders, which have a hundred lines or more. */
  bulk: readonly PlannedSku[];
};

export const warehouses = ['main', 'north'] as const;

/** Few SKUs, so that orders compete for them. */
export function plannedAssortment(dice: Dice, orderCount: number): Assortment {
  const skus = Array.from({ length: Math.max(6, Math.round(orderCount / 20)) }, (_, index) =>
    plannedSku(dice, `SIM-${index}`, index % 3 === 0 ? dice.whole(3, 20) : 100_000),
  );
  // One SKU amid a large order is scarce: its chunked placement has reserved other SKUs by then and releases them.
  const bulk = Array.from({ length: orderCount < 500 ? 120 : 260 }, (_, index) =>
    plannedSku(dice, `BULK-${1000 + index}`, index === 99 ? 3 : 100_000),
  );
  const hotSkus = Array.from({ length: Math.ceil(orderCount / ordersPerHotSku) }, (_, index) =>
    plannedSku(dice, `RUSH-${index}`, dice.whole(4, 10)),
  );
  return { skus, hotSkus, bulk };
}

function plannedSku(dice: Dice, sku: string, units: number): PlannedSku {
  const main = dice.happens(0.4) ? Math.floor(units / 2) : units;
  const category = dice.pick(['mugs', 'lamps', 'gifts']);
  return { sku, priceMinor: dice.whole(50, 9000), category, units: { main, north: units - main } };
}
