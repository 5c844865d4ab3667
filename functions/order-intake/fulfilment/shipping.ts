import { clockToleranceMs } from '../../../shared/clock.ts';
import { OrderAllocated, OrderShipped } from '../../../shared/contracts/orders/life-cycle-events.ts';
import type { ShipmentContent } from '../../../shared/contracts/orders/life-cycle-routes.ts';
import { blockedUnits, type RefundedUnits } from '../../../shared/refunds/refunded-units.ts';
import { reservationsOf } from '../../../shared/stock/reservation.ts';
import {
  changed,
  eventData,
  illegal,
  isHeld,
  tooManyUnits,
  withStatus,
  unknownLines,
  type Outcome,
  draftEvent,
} from '../order/change.ts';
import { next } from '../order/life-cycle.ts';
import { withCounted, type LineUnits, openUnits, selectUnits, shippableUnits } from '../order/line-units.ts';
import type { OrderItem } from '../order/order-item.ts';
import { invalid } from '../../../shared/pricing/sellable.ts';

export function allocateStock(order: OrderItem): Outcome {
  if (order.status === 'allocated') return { kind: 'already-done', order };
  const status = next(order.status, 'allocate');
  if (!status) return illegal(order, 'allocated');
  const after = withStatus(order, status);
  return changed(after, [draftEvent(OrderAllocated, eventData(after))]);
}

/** Ships units of lines, once per shipment id. `refunded`: units that refunds pay back, which must not be shipped. */
export function ship(
  order: OrderItem,
  content: ShipmentContent,
  contentHash: string,
  now: number,
  refunded: readonly RefundedUnits[] = [],
): Outcome {
  const { shipmentId, lines, carrier, trackingNumber, shippedAt = new Date(now).toISOString() } = content;
  const earlier = order.shipments?.find((shipment) => shipment.shipmentId === shipmentId);
  if (earlier?.contentHash === contentHash) return { kind: 'already-done', order };
  if (earlier)
    return { kind: 'conflict', type: 'shipment-conflict', detail: 'This shipment id was used for another shipment.' };
  const untimely = content.shippedAt === undefined ? undefined : refuseTime(content.shippedAt, order, now);
  if (untimely) return untimely;
  const selected = selectUnits(order, lines);
  if ('invalid' in selected) return unknownLines(selected.invalid);
  if (!next(order.status, 'ship-part') || isHeld(order)) return illegal(order, 'shipped');
  if ('short' in selected) return tooManyUnits(order, selected.short);
  const blocked = refuseRefunded(order, selected.units, refunded);
  if (blocked) return blocked;
  const after = withCounted(order.lines, selected.units, 'shippedQuantity');
  const isRest = after.every((line) => openUnits(line) === 0);
  const shipment = { shipmentId, contentHash, lines, carrier, trackingNumber, shippedAt };
  const shipped = withStatus(
    { ...order, lines: after, shipments: [...(order.shipments ?? []), shipment] },
    next(order.status, isRest ? 'ship-rest' : 'ship-part') ?? order.status,
  );
  const data = { ...eventData(shipped), shipmentId, lines: selected.units, carrier, trackingNumber, shippedAt };
  return changed(shipped, [draftEvent(OrderShipped, data, content.shippedAt)], {
    kind: 'ship',
    reservations: reservationsOf(selected.units),
  });
}

/** Refuses units that a refund pays back; `shippable` is the number of the line's units without a refund. */
function refuseRefunded(
  order: OrderItem,
  units: readonly LineUnits[],
  refunded: readonly RefundedUnits[],
): Outcome | undefined {
  const blocked = blockedUnits(refunded, order.cancellations);
  const lines = units.flatMap(({ lineId, quantity: requested }) => {
    const line = order.lines.find((each) => each.lineId === lineId);
    if (!line) return [];
    const shippable = shippableUnits(line, blocked);
    return requested > shippable ? [{ lineId, requested, shippable }] : [];
  });
  if (lines.length === 0) return undefined;
  const refunds = blocked
    .filter(({ lineId }) => lines.some((line) => line.lineId === lineId))
    .map(({ refundId, lineId, quantity }) => ({ refundId, lineId, quantity }));
  return {
    kind: 'conflict',
    type: 'refund-pending',
    detail: 'Some of these units are refunded, or their refund is requested: ship at most the `shippable` units.',
    extension: { lines, refunds, currentStatus: order.status },
  };
}

/** Refuses a shipment before its order or in the future. A caller's clock may differ by `clockToleranceMs`. */
function refuseTime(shippedAt: string, { placedAt }: OrderItem, now: number): Outcome | undefined {
  const at = Date.parse(shippedAt);
  if (at > now + clockToleranceMs) {
    return invalid(
      'shipped-in-future',
      '/shippedAt',
      `A shipment is at the latest now: ${new Date(now).toISOString()}.`,
    );
  }
  return at < Date.parse(placedAt) - clockToleranceMs
    ? invalid(
        'shipped-before-placed',
        '/shippedAt',
        `A shipment is at the earliest when its order was placed: ${placedAt}.`,
      )
    : undefined;
}
