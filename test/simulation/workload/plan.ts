import { type Assortment, plannedAssortment } from './assortment.ts';
import { diceOf } from './random.ts';
import { type PlannedBatch, type PlannedImport, plannedBatches, plannedImports, plannedOrders } from './order-plan.ts';
import { plannedMovementDeliveries, type PlannedMovementDelivery } from './stock-plan.ts';

/** A new price. `isDeactivatedFirst`: the SKU is inactive shortly before it. */
type PlannedSkuChange = { sku: string; priceMinor: number; category: string; isDeactivatedFirst: boolean };
export type Plan = {
  seed: number;
  assortment: Assortment;
  batches: PlannedBatch[];
  imports: PlannedImport[];
  movementDeliveries: PlannedMovementDelivery[];
  skuChanges: PlannedSkuChange[];
  jumpsSeconds: number[];
};

/** The workload of a run, which the seed alone decides. `orderCount` excludes imported orders. */
export function planOf(seed: number, orderCount: number): Plan {
  const dice = diceOf(seed, 'plan');
  const assortment = plannedAssortment(dice, orderCount);
  const { skus } = assortment;
  const orders = plannedOrders(
    { orders: diceOf(seed, 'orders'), refunds: diceOf(seed, 'refunds'), edits: diceOf(seed, 'edits') },
    assortment,
    orderCount,
  );
  const skuChanges = Array.from({ length: Math.ceil(orderCount / 30) }, (): PlannedSkuChange => {
    const { sku, category } = dice.pick(skus);
    return { sku, category, priceMinor: dice.whole(50, 9000), isDeactivatedFirst: dice.happens(0.3) };
  });
  return {
    seed,
    assortment,
    batches: plannedBatches(orders, diceOf(seed, 'batches')),
    imports: plannedImports(diceOf(seed, 'imports'), assortment, Math.ceil(orderCount / 10)),
    movementDeliveries: plannedMovementDeliveries(diceOf(seed, 'stock'), skus, Math.ceil(orderCount / 6)),
    skuChanges,
    /**
     * Clock jumps in seconds, past batching windows. Only two exceed a visibility timeout, as each adds a receive of
     * every message in flight. The second also exceeds the payment window.
     */
    jumpsSeconds: [dice.whole(1, 30), 200, dice.whole(1, 30), dice.whole(1, 30), 2400, dice.whole(1, 30)],
  };
}
