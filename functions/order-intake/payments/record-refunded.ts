import { OrderRefundRecorded, OrderReleased } from '../../../shared/contracts/orders/life-cycle-events.ts';
import type { RefundedAmounts } from '../../../shared/refunds/refunded-amounts.ts';
import { changed, draftEvent, eventData, isHeld, type Outcome } from '../order/change.ts';
import type { OrderItem } from '../order/order-item.ts';
import { balanceOf, holdEvents, withRefunded } from '../order/payment.ts';

/**
 * Records the refunded amounts of the order. Those of an older version of the refund ledger change nothing, so that
 * repeated and reordered events lead to the same amounts.
 */
export function recordRefunded(order: OrderItem, refunded: RefundedAmounts): Outcome {
  if (order.refunded && order.refunded.version >= refunded.version) return { kind: 'already-done', order };
  const after = { ...withRefunded(order, refunded), version: order.version + 1 };
  const events = [draftEvent(OrderRefundRecorded, { ...eventData(after), ...balanceOf(after) })];
  if (isHeld(order) && !isHeld(after)) {
    events.push(draftEvent(OrderReleased, { ...eventData(after), reason: 'The overpaid amount was refunded' }));
  }
  return changed(after, [...events, ...holdEvents(order, after)]);
}
