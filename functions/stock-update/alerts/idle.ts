import * as z from 'zod';
import type { StockItem } from '../../../shared/stock/stock-item.ts';
import { onHandIn } from '../stock/idle-since.ts';

const dayMs = 86_400_000;
const Days = z.int().min(1).max(3650);

/** The store's levels, in days with stock on hand and without a shipment. A SKU's own levels take precedence. */
export const IdleLevels = z.object({ slowMovingAfterDays: Days, deadAfterDays: Days });
export type IdleLevels = z.infer<typeof IdleLevels>;

/** Whether a SKU is slow-moving or dead at `now`, in milliseconds; undefined if it sells or has no units on hand. */
export function idleKindOf(stock: StockItem, defaults: IdleLevels, now: number): 'slow-moving' | 'dead' | undefined {
  const { levels, idleSince } = stock;
  if (idleSince === undefined || onHandIn(stock) <= 0) return undefined;
  const days = (now - Date.parse(idleSince)) / dayMs;
  if (days >= (levels?.deadAfterDays ?? defaults.deadAfterDays)) return 'dead';
  return days >= (levels?.slowMovingAfterDays ?? defaults.slowMovingAfterDays) ? 'slow-moving' : undefined;
}
