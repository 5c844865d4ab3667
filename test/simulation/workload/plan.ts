import { type Assortment, plannedAssortment } from './assortment.ts';
import { diceOf } from './random.ts';
import { type PlannedBatch, type PlannedImport, plannedBatches, plannedImports, plannedOrders } from './order-plan.ts';
import { plannedNotes, type PlannedNote } from './stock-plan.ts';

/** A new price; `goesOffSale` for a moment before it. */
type PlannedSkuChange = { sku: string; priceMinor: number; category: string; goesOffSale: boolean };
export type Plan = {
  seed: number;
  assortment: Assortment;
  batches: PlannedBatch[];
  imports: PlannedImport[];
  notes: PlannedNote[];
  skuChanges: PlannedSkuChange[];
  jumpsSeconds: number[];
};

/** All that the actors of a run set out to do; the seed alone decides it. `orderCount` is of orders without those of files. */
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
    return { sku, category, priceMinor: dice.whole(50, 9000), goesOffSale: dice.happens(0.3) };
  });
  return {
    seed,
    assortment,
    batches: plannedBatches(orders, diceOf(seed, 'batches')),
    imports: plannedImports(diceOf(seed, 'imports'), assortment, Math.ceil(orderCount / 10)),
    notes: plannedNotes(diceOf(seed, 'stock'), skus, Math.ceil(orderCount / 6)),
    skuChanges,
    /**
     * Clock jumps in seconds, over batching windows; of those over a visibility timeout only two, as each is one more
     * receive of what is in flight. The second is over the time limit for payments.
     */
    jumpsSeconds: [dice.whole(1, 30), 200, dice.whole(1, 30), dice.whole(1, 30), 2400, dice.whole(1, 30)],
  };
}
