import type { StoredSku } from '../skus/decide.ts';
import { type PriceState, priceStateOf } from '../skus/price-state.ts';
import type { PriceHistoryStore } from './history-store.ts';

/** The prices that were known at a past time, or are known now for a later one; undefined before the SKU existed. */
export async function stateAt(
  history: PriceHistoryStore,
  { record }: StoredSku,
  at: number,
  now: number,
): Promise<PriceState | undefined> {
  if (at >= now) return priceStateOf(record);
  const time = new Date(at).toISOString();
  const before = await history.lastUntil(record.sku, time);
  if (before) return before.after;
  const after = await history.firstAfter(record.sku, time);
  // SKUs from before 2026-11-30 have no history until their first change.
  return after ? after.before : priceStateOf(record);
}
