import type { Dice } from './random.ts';
import { ordersPerRush } from './order-plan.ts';

export type PlannedSku = { sku: string; priceMinor: number; category: string; units: Record<string, number> };
export type Assortment = {
  /** What most orders want. Every third is scarce: more is ordered than there is. */
  skus: readonly PlannedSku[];
  /** What many want at the same moment, one after the other. */
  rushes: readonly PlannedSku[];
  /** What large orders want, by the hundred. */
  bulk: readonly PlannedSku[];
};

export const warehouses = ['main', 'north'] as const;

/** So few SKUs that buyers meet at them. */
export function plannedAssortment(dice: Dice, orderCount: number): Assortment {
  const skus = Array.from({ length: Math.max(6, Math.round(orderCount / 20)) }, (_, index) =>
    plannedSku(dice, `SIM-${index}`, index % 3 === 0 ? dice.whole(3, 20) : 100_000),
  );
  // One that is short in the middle of what a large order wants: it has taken others by then, which it gives back.
  const bulk = Array.from({ length: orderCount < 500 ? 120 : 260 }, (_, index) =>
    plannedSku(dice, `BULK-${1000 + index}`, index === 99 ? 3 : 100_000),
  );
  const rushes = Array.from({ length: Math.ceil(orderCount / ordersPerRush) }, (_, index) =>
    plannedSku(dice, `RUSH-${index}`, dice.whole(4, 10)),
  );
  return { skus, rushes, bulk };
}

function plannedSku(dice: Dice, sku: string, units: number): PlannedSku {
  const main = dice.happens(0.4) ? Math.floor(units / 2) : units;
  const category = dice.pick(['mugs', 'lamps', 'gifts']);
  return { sku, priceMinor: dice.whole(50, 9000), category, units: { main, north: units - main } };
}
