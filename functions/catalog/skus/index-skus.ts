import { inParallel } from '../../../shared/in-parallel.ts';
import type { Position, SkuIndexStore } from './sku-index-store.ts';

const parallelSkus = 16;

/**
 * Adds all SKUs to the index. `now` is the time of change of a SKU without events, in milliseconds. When `isOver` returns
 * true, `after` is the position from which to continue.
 */
export async function indexSkus(
  store: SkuIndexStore,
  from: Position | undefined,
  now: number,
  isOver: () => boolean,
): Promise<{ indexed: number; after?: Position }> {
  let indexed = 0;
  let after = from;
  do {
    const { skus, next } = await store.unindexed(after);
    await inParallel(parallelSkus, skus, async (sku) => {
      if (await store.index(sku, (await store.lastChange(sku)) ?? now)) indexed += 1;
    });
    after = next;
    if (after && isOver()) return { indexed, after };
  } while (after);
  return { indexed };
}
