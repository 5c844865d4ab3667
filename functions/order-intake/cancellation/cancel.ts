import type { Cancellation } from '../../../shared/contracts/orders/life-cycle-routes.ts';
import { cancelUnits } from '../order/cancel-units.ts';
import { illegal, notOfTheOrder, type Outcome } from '../order/change.ts';
import { next } from '../order/life-cycle.ts';
import { allOpen, pickUnits } from '../order/line-units.ts';
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
  const wanted = lines ? pickUnits(order, lines) : { units: allOpen(order) };
  if ('invalid' in wanted) return notOfTheOrder(wanted.invalid);
  if (!next(order.status, lines ? 'cancel-lines' : 'cancel')) return illegal(order, 'cancelled');
  if ('short' in wanted) {
    const detail = 'Fewer units than requested are open: the others are cancelled or shipped.';
    return {
      kind: 'conflict',
      type: 'too-many-units',
      detail,
      extension: { lines: wanted.short, currentStatus: order.status },
    };
  }
  return cancelUnits(order, wanted.units, { requestId, reason, contentHash });
}
