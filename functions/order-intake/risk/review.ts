import { OrderReleased } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { cancelUnits } from '../order/cancel-units.ts';
import { changed, draftEvent, eventData, illegal, isHeld, withStatus, type Outcome } from '../order/change.ts';
import { type Command, next } from '../order/life-cycle.ts';
import { allOpenUnits } from '../order/line-units.ts';
import type { OrderItem } from '../order/order-item.ts';
import { balanceOf, lacksMoney, reservedFor } from '../order/payment.ts';

/** Rejects a held order: cancels its open units and releases their stock. Shipped units stay shipped. */
export const reject = (order: OrderItem, reason: string): Outcome =>
  isHeld(order)
    ? cancelUnits(order, allOpenUnits(order), { requestId: 'review', reason, contentHash: '' })
    : illegal(order, 'rejected');

/**
 * Releases a held order, or the held rest of a partly shipped one. Releasing `underpaid` or `refund-due` accepts the
 * difference; after any other release the channel's payment window starts again. `now` is in milliseconds.
 */
export function release(order: OrderItem, reason: string, now: number): Outcome {
  const { paymentWindowMinutes, holdReasons = [] } = order;
  const { capturedMinor, dueMinor } = balanceOf(order);
  const isUnpaid = capturedMinor === 0 && dueMinor > 0;
  const acceptsLess = holdReasons.some((held) => held === 'underpaid' || held === 'refund-due');
  const isLessAccepted = order.isLessAccepted || acceptsLess;
  const isAwaiting = isUnpaid || (lacksMoney(order) && !isLessAccepted);
  const withoutWindow: Command = isUnpaid ? 'release' : 'release-paid';
  const status = next(order.status, paymentWindowMinutes && isAwaiting ? 'release-awaiting' : withoutWindow);
  if (!status || !isHeld(order)) return illegal(order, 'released');
  const reservedUntil = paymentWindowMinutes ? reservedFor(paymentWindowMinutes, now) : null;
  const risk = order.risk && holdReasons.includes('risk') ? { ...order.risk, isAccepted: true } : order.risk;
  const after = withStatus(
    { ...order, reservedUntil, risk, holdReasons: undefined, ...(isLessAccepted && { isLessAccepted }) },
    status,
  );
  return changed(after, [draftEvent(OrderReleased, { ...eventData(after), reason })]);
}
