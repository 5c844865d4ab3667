import { OrderCancelled, OrderLinesCancelled } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { withoutExcessUnits } from '../../../shared/promotions/promotion-claim.ts';
import { reservationsOf } from '../../../shared/stock/reservation.ts';
import { type Change, changed, draftEvent, eventData, withStatus } from './change.ts';
import { next } from './life-cycle.ts';
import { withCounted, type LineUnits, openUnits, reversedSale, saleTerms, valueOf } from './line-units.ts';
import type { OrderItem } from './order-item.ts';
import { paidIfCovered } from './payment.ts';

/** `refundId`: the units are cancelled because of this refund, which pays them back. */
type CancellationRequest = { requestId: string; reason: string; contentHash: string; refundId?: string };

/** Cancels open units of an order and releases their stock; the last open unit changes the status. */
export function cancelUnits(order: OrderItem, units: LineUnits[], request: CancellationRequest): Change {
  const { requestId, reason, contentHash, refundId } = request;
  const cancelled = withCounted(order.lines, units, 'cancelledQuantity');
  const lines = refundId === undefined ? cancelled : withCounted(cancelled, units, 'refundedQuantity');
  const isRest = lines.every((line) => openUnits(line) === 0);
  const isWhole = isRest && lines.every(({ shippedQuantity = 0 }) => shippedQuantity === 0);
  const before = order.cancelledMinor ?? 0;
  // An order that ships nothing owes no shipping and no charges either.
  const cancelledMinor = isWhole ? order.totalMinor - before : valueOf(order, units);
  const status = next(order.status, isWhole ? 'cancel' : isRest ? cancelRestOf(order) : 'cancel-lines') ?? order.status;
  const after = paidIfCovered(
    withStatus(
      {
        ...order,
        lines,
        cancelledMinor: before + cancelledMinor,
        promotionClaims: withoutExcessUnits(order.promotionClaims, lines),
        cancellations: [...(order.cancellations ?? []), { requestId, contentHash }],
      },
      status,
    ),
  );
  const refunded = refundId === undefined ? {} : { refundId, refundedMinor: valueOf(order, units) };
  const sold = { sale: saleTerms(order), reversed: reversedSale(order, units, isWhole) };
  const data = { ...eventData(after), requestId, reason, lines: units, cancelledMinor, ...refunded, ...sold };
  const event = isWhole ? draftEvent(OrderCancelled, data) : draftEvent(OrderLinesCancelled, data);
  return changed(after, [event], { kind: 'release', reservations: reservationsOf(units) });
}

/** If every shipment has arrived, no later delivery can change the status to `delivered`. */
const cancelRestOf = ({ shipments = [] }: OrderItem) =>
  shipments.every(({ deliveredAt }) => deliveredAt !== undefined) ? 'cancel-rest-delivered' : 'cancel-rest';
