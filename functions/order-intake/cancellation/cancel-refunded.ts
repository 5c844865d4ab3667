import { goneUnits, type UnshippedUnits } from '../../../shared/refunds/refunded-units.ts';
import { cancelUnits } from '../order/cancel-units.ts';
import { changed, type Outcome, withStatus } from '../order/change.ts';
import { next } from '../order/life-cycle.ts';
import { type LineUnits, openUnits, withCounted } from '../order/line-units.ts';
import type { OrderItem } from '../order/order-item.ts';

/** An approved refund of units that were not shipped when it was requested. */
type ApprovedRefund = { refundId: string; unshipped: readonly UnshippedUnits[] };

/**
 * Cancels the units of an approved refund, once per refund. No shipment can have taken them. Units that staff cancelled or
 * edited away since the request are taken to be the same units: the cancelled ones are counted as refunded.
 */
export function cancelRefunded(order: OrderItem, { refundId, unshipped }: ApprovedRefund): Outcome {
  if (order.cancellations?.some(({ requestId }) => requestId === refundId)) return { kind: 'already-done', order };
  if (!next(order.status, 'cancel-lines')) return { kind: 'already-done', order };
  const units: LineUnits[] = [];
  const cancelledBefore: LineUnits[] = [];
  for (const refunded of unshipped) {
    const { lineId, quantity } = refunded;
    const line = order.lines.find((each) => each.lineId === lineId);
    if (!line) continue;
    const { sku, warehouse, cancelledQuantity = 0, refundedQuantity = 0 } = line;
    const gone = goneUnits(refunded, line);
    const add = (to: LineUnits[], units: number) => units > 0 && to.push({ lineId, sku, warehouse, quantity: units });
    add(cancelledBefore, Math.min(gone, cancelledQuantity - refundedQuantity));
    add(units, Math.min(quantity - gone, openUnits(line)));
  }
  const counted = { ...order, lines: withCounted(order.lines, cancelledBefore, 'refundedQuantity') };
  const request = { requestId: refundId, reason: 'refunded', contentHash: '' };
  if (units.length > 0) return cancelUnits(counted, units, { ...request, refundId });
  // Recorded all the same, so that the refund blocks no units that a later edit adds.
  const cancellations = [...(order.cancellations ?? []), { requestId: refundId, contentHash: '' }];
  return changed(withStatus({ ...counted, cancellations }, order.status), []);
}
