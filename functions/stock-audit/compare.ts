import { inParallel } from '../../shared/in-parallel.ts';
import { type ReconciliationStore, reservationVersion } from '../../shared/stock/reconciliation-store.ts';
import { confirmedDifferences, type Difference, differencesOf } from '../../shared/stock/differences.ts';

const parallelSkus = 16;
/** Pause before each pass. The index of open orders is eventually consistent. */
const pausesSeconds = [0, 1, 2, 4, 8];

/** Differences of a SKU in one pass. `isConsistent` is false if the SKU changed while it was read. */
type SkuComparison = { sku: string; differences: Difference[]; isConsistent: boolean };

export type Comparison = {
  skus: number;
  differences: Difference[];
  /** SKUs that changed in every pass. Their differences may be incomplete. */
  notCompared: string[];
};

/**
 * Compares all stock with the ledger and the open orders while orders and movements continue. SKUs that changed or have a
 * difference are compared again. Two passes must confirm a difference, because an order that changes its status during
 * the read of the open orders may be missed.
 */
export async function compareAll(
  reconciliation: ReconciliationStore,
  pause: (ms: number) => Promise<unknown>,
): Promise<Comparison> {
  const skus: string[] = [];
  for await (const page of reconciliation.skus()) skus.push(...page);
  const seen = new Map<string, Difference[]>();
  const differences: Difference[] = [];
  let remaining = skus;
  for (const [index, seconds] of pausesSeconds.entries()) {
    if (remaining.length === 0) break;
    await pause(seconds * 1000);
    const comparisons = await compareOnce(reconciliation, remaining);
    remaining = [];
    for (const comparison of comparisons) {
      const before = seen.get(comparison.sku) ?? [];
      const confirmed = confirmedDifferences(before, comparison.differences);
      const isDone = comparison.isConsistent && confirmed.length === comparison.differences.length;
      if (isDone || index === pausesSeconds.length - 1) differences.push(...confirmed);
      if (isDone) continue;
      remaining.push(comparison.sku);
      seen.set(comparison.sku, [...before, ...comparison.differences]);
    }
  }
  return { skus: skus.length, differences, notCompared: remaining };
}

/** Compares `reserved` only if no units were reserved or released while the open orders were read. */
async function compareOnce(reconciliation: ReconciliationStore, skus: readonly string[]): Promise<SkuComparison[]> {
  const before = await reconciliation.reservationVersions(skus);
  const reserved = await reconciliation.unitsReservedByOrders();
  return inParallel(parallelSkus, skus, async (sku) => {
    const { stock, ledgerSums, isConsistent } = await reconciliation.snapshot(sku);
    const isReservedConsistent = reservationVersion(stock) === before.get(sku);
    const differences = differencesOf(stock, ledgerSums, reserved).filter(({ counter }) => {
      if (counter === 'available') return true;
      return counter === 'reserved' ? isReservedConsistent : isConsistent;
    });
    return { sku, differences, isConsistent: isReservedConsistent && isConsistent };
  });
}
