import { clockToleranceMs } from '../../../shared/clock.ts';
import { OrderDelivered, OrderDeliveryCorrected } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { invalid } from '../../../shared/pricing/sellable.ts';
import { changed, draftEvent, eventData, illegal, withStatus, type Outcome } from '../order/change.ts';
import { next } from '../order/life-cycle.ts';
import { openUnits } from '../order/line-units.ts';
import type { OrderItem } from '../order/order-item.ts';

const dayMs = 86_400_000;

type Shipment = NonNullable<OrderItem['shipments']>[number];

/** `deliveredAt` is now by default. `now` is in milliseconds since the epoch. */
type Arrival = { shipmentId: string; deliveredAt?: string | undefined; now: number };
type Correction = { shipmentId: string; deliveredAt: string; reason: string; now: number };

const unknownShipment: Outcome = { kind: 'unknown', detail: 'The order has no such shipment.' };
const notDelivered: Outcome = {
  kind: 'conflict',
  type: 'not-delivered',
  detail: 'The shipment has no delivery to correct.',
};

/** Records the delivery of a shipment. The last delivery starts the return window. */
export function deliver(order: OrderItem, arrival: Arrival, returnWindowDays: number): Outcome {
  const { shipmentId, now } = arrival;
  const shipment = shipmentOf(order, shipmentId);
  if (!shipment) return unknownShipment;
  if (shipment.deliveredAt) return { kind: 'already-done', order };
  const untimely = arrival.deliveredAt === undefined ? undefined : refuseTime(arrival.deliveredAt, shipment, now);
  if (untimely) return untimely;
  // The function that recorded the shipment may have a clock that is ahead.
  const deliveredAt = arrival.deliveredAt ?? new Date(Math.max(now, Date.parse(shipment.shippedAt))).toISOString();
  const arrived = withDelivery(order, shipment, deliveredAt, returnWindowDays);
  const isRest =
    arrived.shipments.every((known) => known.deliveredAt) && order.lines.every((line) => openUnits(line) === 0);
  const status = next(order.status, isRest ? 'deliver-rest' : 'deliver-part');
  if (!status) return illegal(order, 'delivered');
  const after = withStatus(arrived, status);
  return changed(after, [draftEvent(OrderDelivered, { ...eventData(after), shipmentId, deliveredAt }, deliveredAt)]);
}

/**
 * Corrects a recorded time of delivery. The return window moves with it; an order that was completed too early is
 * `delivered` again until the end of the new window.
 */
export function correctDelivery(
  order: OrderItem,
  { shipmentId, deliveredAt, reason, now }: Correction,
  returnWindowDays: number,
): Outcome {
  const shipment = shipmentOf(order, shipmentId);
  if (!shipment) return unknownShipment;
  const { deliveredAt: deliveredAtBefore } = shipment;
  if (deliveredAtBefore === undefined) return notDelivered;
  if (Date.parse(deliveredAt) === Date.parse(deliveredAtBefore)) return { kind: 'already-done', order };
  const untimely = refuseTime(deliveredAt, shipment, now);
  if (untimely) return untimely;
  const corrected = withDelivery(order, shipment, deliveredAt, returnWindowDays);
  const { completesAt } = corrected;
  const isReopened = Date.parse(completesAt) > now;
  const status = isReopened ? (next(order.status, 'reopen') ?? order.status) : order.status;
  const after = withStatus(corrected, status);
  const data = { ...eventData(after), shipmentId, deliveredAt, deliveredAtBefore, completesAt, reason };
  return changed(after, [draftEvent(OrderDeliveryCorrected, data)]);
}

const shipmentOf = ({ shipments = [] }: OrderItem, shipmentId: string) =>
  shipments.find((known) => known.shipmentId === shipmentId);

/** The order with this delivery, and the end of the return window after its latest delivery. */
function withDelivery(order: OrderItem, shipment: Shipment, deliveredAt: string, returnWindowDays: number) {
  const all = order.shipments ?? [];
  const shipments = all.with(all.indexOf(shipment), { ...shipment, deliveredAt });
  const arrivals = shipments.flatMap((known) => (known.deliveredAt ? [Date.parse(known.deliveredAt)] : []));
  const completesAt = new Date(Math.max(...arrivals) + returnWindowDays * dayMs).toISOString();
  return { ...order, shipments, completesAt };
}

/** Refuses a delivery before its shipment or in the future. A caller's clock may be ahead by `clockToleranceMs`. */
function refuseTime(deliveredAt: string, { shippedAt }: Shipment, now: number): Outcome | undefined {
  const at = Date.parse(deliveredAt);
  const limits = `from ${shippedAt} (shipped) to ${new Date(now).toISOString()} (now)`;
  if (at > now + clockToleranceMs) {
    return invalid('delivered-in-future', '/deliveredAt', `The delivery is in the future. It is possible ${limits}.`);
  }
  return at < Date.parse(shippedAt)
    ? invalid(
        'delivered-before-shipped',
        '/deliveredAt',
        `The delivery is before the shipment. It is possible ${limits}.`,
      )
    : undefined;
}
