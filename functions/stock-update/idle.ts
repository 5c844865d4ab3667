import * as z from 'zod';
import type { StockItem } from '../../shared/stock/stock-item.ts';

const dayMs = 86_400_000;
const Days = z.int().min(1).max(3650);

/** After how many days in which units lie and none is shipped somebody is told, where a SKU's own levels do not say. */
export const IdleLevels = z.object({ slowMovingAfterDays: Days, deadAfterDays: Days });
export type IdleLevels = z.infer<typeof IdleLevels>;

/** What a SKU is of which units lie at `now`, in milliseconds, and for how long; undefined while it sells, or is out. */
export function idleKindOf(
  { warehouses, levels, idleSince }: StockItem,
  defaults: IdleLevels,
  now: number,
): 'slow-moving' | 'dead' | undefined {
  const onHand = Object.values(warehouses).reduce((sum, stock) => sum + stock.onHand, 0);
  if (idleSince === undefined || onHand <= 0) return undefined;
  const days = (now - Date.parse(idleSince)) / dayMs;
  if (days >= (levels?.deadAfterDays ?? defaults.deadAfterDays)) return 'dead';
  return days >= (levels?.slowMovingAfterDays ?? defaults.slowMovingAfterDays) ? 'slow-moving' : undefined;
}
