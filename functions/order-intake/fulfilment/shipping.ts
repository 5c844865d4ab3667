import { clockToleranceMs } from '../../../shared/clock.ts';
import { OrderAllocated, OrderDelivered, OrderShipped } from '../../../shared/contracts/orders/life-cycle-events.ts';
import type { ShipmentContent } from '../../../shared/contracts/orders/life-cycle-routes.ts';
import { reservationsOf } from '../../../shared/stock/reservation.ts';
import {
  changed,
  eventData,
  illegal,
  isHeld,
  withStatus,
  unknownLines,
  type Outcome,
  draftEvent,
} from '../order/change.ts';
import { next } from '../order/life-cycle.ts';
import { withCounted, openUnits, selectUnits } from '../order/line-units.ts';
import type { OrderItem } from '../order/order-item.ts';
import { invalid } from '../../../shared/pricing/sellable.ts';

const dayMs = 86_400_000;

export function allocateStock(order: OrderItem): Outcome {
  if (order.status === 'allocated') return { kind: 'already-done', order };
  const status = next(order.status, 'allocate');
  if (!status) return illegal(order, 'allocated');
  const after = withStatus(order, status);
  return changed(after, [draftEvent(OrderAllocated, eventData(after))]);
}

/** Ships units of lines, once per shipment id. */
export function ship(order: OrderItem, content: ShipmentContent, contentHash: string, now: number): Outcome {
  const { shipmentId, lines, carrier, trackingNumber } = content;
  const earlier = order.shipments?.find((shipment) => shipment.shipmentId === shipmentId);
  if (earlier?.contentHash === contentHash) return { kind: 'already-done', order };
  if (earlier)
    return { kind: 'conflict', type: 'shipment-conflict', detail: 'This shipment id was used for another shipment.' };
  const selected = selectUnits(order, lines);
  if ('invalid' in selected) return unknownLines(selected.invalid);
  if (!next(order.status, 'ship-part') || isHeld(order)) return illegal(order, 'shipped');
  if ('short' in selected) {
    const detail = 'Fewer units than requested are open: the others are cancelled or shipped.';
    return {
      kind: 'conflict',
      type: 'too-many-units',
      detail,
      extension: { lines: selected.short, currentStatus: order.status },
    };
  }
  const after = withCounted(order.lines, selected.units, 'shippedQuantity');
  const isRest = after.every((line) => openUnits(line) === 0);
  const shippedAt = new Date(now).toISOString();
  const shipment = { shipmentId, contentHash, lines, carrier, trackingNumber, shippedAt };
  const shipped = withStatus(
    { ...order, lines: after, shipments: [...(order.shipments ?? []), shipment] },
    next(order.status, isRest ? 'ship-rest' : 'ship-part') ?? order.status,
  );
  const data = { ...eventData(shipped), shipmentId, lines: selected.units, carrier, trackingNumber };
  return changed(shipped, [draftEvent(OrderShipped, data)], {
    kind: 'ship',
    reservations: reservationsOf(selected.units),
  });
}

/** `now` is in milliseconds since the epoch. */
type Arrival = { shipmentId: string; deliveredAt: string; now: number };

/** Records the delivery of a shipment. The last delivery starts the return window. */
export function deliver(
  order: OrderItem,
  { shipmentId, deliveredAt, now }: Arrival,
  returnWindowDays: number,
): Outcome {
  const shipment = order.shipments?.find((known) => known.shipmentId === shipmentId);
  if (!shipment) return { kind: 'unknown', detail: 'The order has no such shipment.' };
  if (shipment.deliveredAt) return { kind: 'already-done', order };
  if (Date.parse(deliveredAt) > now + clockToleranceMs) return deliveredInFuture;
  const shipments = order.shipments?.map((other) => (other === shipment ? { ...other, deliveredAt } : other)) ?? [];
  const arrivals = shipments.flatMap((known) => (known.deliveredAt ? [Date.parse(known.deliveredAt)] : []));
  const isRest = arrivals.length === shipments.length && order.lines.every((line) => openUnits(line) === 0);
  const status = next(order.status, isRest ? 'deliver-rest' : 'deliver-part');
  if (!status) return illegal(order, 'delivered');
  const completesAt = new Date(Math.max(...arrivals) + returnWindowDays * dayMs).toISOString();
  const after = withStatus({ ...order, shipments, completesAt }, status);
  return changed(after, [draftEvent(OrderDelivered, { ...eventData(after), shipmentId, deliveredAt }, deliveredAt)]);
}

const deliveredInFuture = invalid('delivered-in-future', '/deliveredAt', 'The time of delivery is in the future.');
