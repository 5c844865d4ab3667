import type { DataOf } from '../../../shared/contracts/define-event.ts';
import type { StockMoved } from '../../../shared/contracts/stock/events.ts';
import type { StockItem } from '../../../shared/stock/stock-item.ts';

/** Units on hand over all warehouses. */
export const onHandIn = (stock: Pick<StockItem, 'warehouses'> | undefined): number =>
  Object.values(stock?.warehouses ?? {}).reduce((sum, { onHand }) => sum + onHand, 0);

type Move = Pick<DataOf<typeof StockMoved>, 'type' | 'onHandDelta'>;
/** Other types move units between warehouses or correct figures: these units were in stock before. */
const addsStock = new Set<Move['type']>(['receipt', 'return']);

/** Whether one of these movements adds units to a SKU that has none on hand. Idle time counts from then. */
export function startsIdlePeriod(onHandBefore: number, moves: readonly Move[]): boolean {
  let onHand = onHandBefore;
  for (const { type, onHandDelta } of moves) {
    if (onHand <= 0 && onHand + onHandDelta > 0 && addsStock.has(type)) return true;
    onHand += onHandDelta;
  }
  return false;
}
