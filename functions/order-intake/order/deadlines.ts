import { OrderCompleted, OrderExpired } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { reservationsOf } from '../../../shared/stock/reservation.ts';
import { cancelUnits } from './cancel-units.ts';
import { changed, draftEvent, eventData, illegal, withStatus, type Outcome } from './change.ts';
import { next } from './life-cycle.ts';
import { allOpenUnits, reversedSale, saleTerms } from './line-units.ts';
import type { OrderItem } from './order-item.ts';
import { balanceOf } from './payment.ts';

/** Whether the order's time for payment is over, also if the expiry job has not written that yet. */
export const isOverdue = ({ status, reservedUntil }: Pick<OrderItem, 'status' | 'reservedUntil'>, now: number) =>
  next(status, 'expire') !== undefined && reservedUntil !== null && Date.parse(reservedUntil) <= now;

/** Status of an overdue order. One that is partly paid by a return is cancelled, because refunds follow cancellations. */
const overdueStatusOf = (order: OrderItem) => (balanceOf(order).capturedMinor > 0 ? 'cancelled' : 'expired');

/** Expires or cancels an overdue order and releases its stock. `now` is in milliseconds. */
export function expireUnpaid(order: OrderItem, now: number): Outcome {
  const status = next(order.status, 'expire');
  if (!status) return illegal(order, 'expired');
  const { reservedUntil } = order;
  if (reservedUntil === null || !isOverdue(order, now)) return { kind: 'already-done', order };
  const lines = allOpenUnits(order);
  if (overdueStatusOf(order) === 'cancelled') {
    return cancelUnits(order, lines, { requestId: 'unpaid', reason: 'The difference was not paid', contentHash: '' });
  }
  const after = withStatus(order, status);
  const cancelledMinor = order.totalMinor - (order.cancelledMinor ?? 0);
  const sold = { sale: saleTerms(order), reversed: reversedSale(order, lines, true) };
  const data = { ...eventData(after), reservedUntil, lines, cancelledMinor, ...sold };
  return changed(after, [draftEvent(OrderExpired, data)], {
    kind: 'release',
    reservations: reservationsOf(lines),
  });
}

/** The order with the status that it has at `now`, also if the expiry job has not written that yet. */
export const asOf = (order: OrderItem, now: number): OrderItem =>
  isOverdue(order, now) ? { ...order, status: overdueStatusOf(order) } : order;

/** Completes a delivered order after its return window. `now` is in milliseconds. */
export function complete(order: OrderItem, now: number): Outcome {
  const status = next(order.status, 'complete');
  if (!status) return illegal(order, 'completed');
  if (order.completesAt === undefined || Date.parse(order.completesAt) > now) return { kind: 'already-done', order };
  const after = withStatus(order, status);
  return changed(after, [draftEvent(OrderCompleted, eventData(after))]);
}
