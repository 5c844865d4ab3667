import { clockToleranceMs } from '../../../shared/clock.ts';
import { OrderAllocated, OrderDelivered, OrderShipped } from '../../../shared/contracts/orders/life-cycle-events.ts';
import type { ShipmentContent } from '../../../shared/contracts/orders/life-cycle-routes.ts';
import { reservationsOf } from '../../../shared/stock/reservation.ts';
import { changed, factsOf, illegal, isHeld, moved, notOfTheOrder, type Outcome, draftEvent } from '../order/change.ts';
import { next } from '../order/life-cycle.ts';
import { counted, openUnits, pickUnits } from '../order/line-units.ts';
import type { OrderItem } from '../order/order-item.ts';
import { invalid } from '../../../shared/pricing/sellable.ts';

const dayMs = 86_400_000;

export function allocateStock(order: OrderItem): Outcome {
  if (order.status === 'allocated') return { kind: 'already-done', order };
  const status = next(order.status, 'allocate');
  if (!status) return illegal(order, 'allocated');
  const after = moved(order, status);
  return changed(after, [draftEvent(OrderAllocated, factsOf(after))]);
}

/** Ships units of lines, once per shipment id. */
export function ship(order: OrderItem, content: ShipmentContent, contentHash: string, now: number): Outcome {
  const { shipmentId, lines, carrier, trackingNumber } = content;
  const earlier = order.shipments?.find((shipment) => shipment.shipmentId === shipmentId);
  if (earlier?.contentHash === contentHash) return { kind: 'already-done', order };
  if (earlier)
    return { kind: 'conflict', type: 'shipment-conflict', detail: 'This shipment id was used for another shipment.' };
  const wanted = pickUnits(order, lines);
  if ('invalid' in wanted) return notOfTheOrder(wanted.invalid);
  if (!next(order.status, 'ship-part') || isHeld(order)) return illegal(order, 'shipped');
  if ('short' in wanted) {
    const detail = 'Fewer units than requested are open: the others are cancelled or shipped.';
    return {
      kind: 'conflict',
      type: 'too-many-units',
      detail,
      extension: { lines: wanted.short, currentStatus: order.status },
    };
  }
  const after = counted(order.lines, wanted.units, 'shippedQuantity');
  const isRest = after.every((line) => openUnits(line) === 0);
  const shippedAt = new Date(now).toISOString();
  const shipment = { shipmentId, contentHash, lines, carrier, trackingNumber, shippedAt };
  const shipped = moved(
    { ...order, lines: after, shipments: [...(order.shipments ?? []), shipment] },
    next(order.status, isRest ? 'ship-rest' : 'ship-part') ?? order.status,
  );
  const data = { ...factsOf(shipped), shipmentId, lines: wanted.units, carrier, trackingNumber };
  return changed(shipped, [draftEvent(OrderShipped, data)], { kind: 'ship', takes: reservationsOf(wanted.units) });
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
  const after = moved({ ...order, shipments, completesAt }, status);
  return changed(after, [draftEvent(OrderDelivered, { ...factsOf(after), shipmentId, deliveredAt }, deliveredAt)]);
}

const deliveredInFuture = invalid('delivered-in-future', '/deliveredAt', 'The time of delivery is in the future.');
