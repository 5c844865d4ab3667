import type { UnshippedUnits } from '../../../shared/refunds/refunded-units.ts';
import { cancelUnits } from '../order/cancel-units.ts';
import { changed, type Outcome, withStatus } from '../order/change.ts';
import { next } from '../order/life-cycle.ts';
import { type LineUnits, openUnits } from '../order/line-units.ts';
import type { OrderItem } from '../order/order-item.ts';

/** An approved refund of units that were not shipped when it was requested. */
type ApprovedRefund = { refundId: string; unshipped: readonly UnshippedUnits[] };

/**
 * Cancels the units of an approved refund, once per refund. No shipment can have taken them, but staff may have cancelled
 * or edited them before: then fewer are left.
 */
export function cancelRefunded(order: OrderItem, { refundId, unshipped }: ApprovedRefund): Outcome {
  if (order.cancellations?.some(({ requestId }) => requestId === refundId)) return { kind: 'already-done', order };
  if (!next(order.status, 'cancel-lines')) return { kind: 'already-done', order };
  const units = unshipped.flatMap(({ lineId, quantity }): LineUnits[] => {
    const line = order.lines.find((each) => each.lineId === lineId);
    const open = line ? Math.min(quantity, openUnits(line)) : 0;
    return line && open > 0 ? [{ lineId, sku: line.sku, warehouse: line.warehouse, quantity: open }] : [];
  });
  const request = { requestId: refundId, reason: 'refunded', contentHash: '' };
  if (units.length > 0) return cancelUnits(order, units, { ...request, refundId });
  // Recorded all the same, so that the refund blocks no units that a later edit adds.
  const cancellations = [...(order.cancellations ?? []), { requestId: refundId, contentHash: '' }];
  return changed(withStatus({ ...order, cancellations }, order.status), []);
}
