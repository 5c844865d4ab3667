import type { Cancellation } from '../../../shared/contracts/orders/life-cycle-routes.ts';
import { cancelUnits } from '../order/cancel-units.ts';
import { illegal, unknownLines, type Outcome } from '../order/change.ts';
import { next } from '../order/life-cycle.ts';
import { allOpenUnits, selectUnits } from '../order/line-units.ts';
import type { OrderItem } from '../order/order-item.ts';

/** Cancels the order, or units of its lines, once per request id. */
export function cancel(order: OrderItem, { requestId, reason, lines }: Cancellation, contentHash: string): Outcome {
  const earlier = order.cancellations?.find((cancellation) => cancellation.requestId === requestId);
  if (earlier?.contentHash === contentHash) return { kind: 'already-done', order };
  if (earlier) {
    return {
      kind: 'conflict',
      type: 'cancellation-conflict',
      detail: 'This request id was used for another cancellation.',
    };
  }
  const selected = lines ? selectUnits(order, lines) : { units: allOpenUnits(order) };
  if ('invalid' in selected) return unknownLines(selected.invalid);
  if (!next(order.status, lines ? 'cancel-lines' : 'cancel')) return illegal(order, 'cancelled');
  if ('short' in selected) {
    const detail = 'Fewer units than requested are open: the others are cancelled or shipped.';
    return {
      kind: 'conflict',
      type: 'too-many-units',
      detail,
      extension: { lines: selected.short, currentStatus: order.status },
    };
  }
  return cancelUnits(order, selected.units, { requestId, reason, contentHash });
}
