import * as z from 'zod';
import type { DataOf } from '../../shared/contracts/define-event.ts';
import type { StockMoved } from '../../shared/contracts/stock/events.ts';
import type { StockItem } from '../../shared/stock/stock-item.ts';

const dayMs = 86_400_000;
const Days = z.int().min(1).max(3650);

/** After how many days in which units lie and none is shipped somebody is told, where a SKU's own levels do not say. */
export const IdleLevels = z.object({ slowMovingAfterDays: Days, deadAfterDays: Days });
export type IdleLevels = z.infer<typeof IdleLevels>;

export const onHandIn = (stock: Pick<StockItem, 'warehouses'> | undefined): number =>
  Object.values(stock?.warehouses ?? {}).reduce((sum, { onHand }) => sum + onHand, 0);

type Move = Pick<DataOf<typeof StockMoved>, 'type' | 'onHandDelta'>;
/** What brings units into the house. Others move those that lie there, or correct figures: these lay all the time. */
const bringing = new Set<Move['type']>(['receipt', 'return']);

/** Whether units come into a house that had none on hand, at any time in the course of these movements. */
export function beginsToLie(onHandBefore: number, moves: readonly Move[]): boolean {
  let onHand = onHandBefore;
  for (const { type, onHandDelta } of moves) {
    if (onHand <= 0 && onHand + onHandDelta > 0 && bringing.has(type)) return true;
    onHand += onHandDelta;
  }
  return false;
}

/** What a SKU is of which units lie at `now`, in milliseconds, and for how long; undefined while it sells, or is out. */
export function idleKindOf(stock: StockItem, defaults: IdleLevels, now: number): 'slow-moving' | 'dead' | undefined {
  const { levels, idleSince } = stock;
  if (idleSince === undefined || onHandIn(stock) <= 0) return undefined;
  const days = (now - Date.parse(idleSince)) / dayMs;
  if (days >= (levels?.deadAfterDays ?? defaults.deadAfterDays)) return 'dead';
  return days >= (levels?.slowMovingAfterDays ?? defaults.slowMovingAfterDays) ? 'slow-moving' : undefined;
}
