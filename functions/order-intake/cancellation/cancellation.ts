import { OrderCancelled, OrderLinesCancelled } from '../../../shared/contracts/orders/life-cycle-events.ts';
import type { Cancellation } from '../../../shared/contracts/orders/life-cycle-routes.ts';
import { takesOf } from '../../../shared/stock/take.ts';
import {
  type Change,
  changed,
  factsOf,
  illegal,
  isHeld,
  moved,
  notOfTheOrder,
  type Outcome,
  draftEvent,
} from '../order/change.ts';
import { next } from '../order/life-cycle.ts';
import { allOpen, counted, type LineUnits, openUnits, pickUnits, worthOf } from '../order/line-units.ts';
import type { OrderItem } from '../order/order-item.ts';
import { expire, isOverdue, owingLess, unpaidEndOf } from '../order/payment.ts';

/** Cancels the order, or units of its lines, once under each request id. */
export function cancel(order: OrderItem, { requestId, reason, lines }: Cancellation, contentHash: string): Outcome {
  const earlier = order.cancellations?.find((cancellation) => cancellation.requestId === requestId);
  if (earlier?.contentHash === contentHash) return { kind: 'already-done', order };
  if (earlier) {
    return { kind: 'conflict', type: 'cancellation-conflict', detail: 'This request id cancelled something else.' };
  }
  const wanted = lines ? pickUnits(order, lines) : { units: allOpen(order) };
  if ('invalid' in wanted) return notOfTheOrder(wanted.invalid);
  if (!next(order.status, lines ? 'cancel-lines' : 'cancel')) return illegal(order, 'cancelled');
  if ('short' in wanted) {
    const detail = 'Fewer units than that are neither cancelled nor shipped.';
    return {
      kind: 'conflict',
      type: 'too-many-units',
      detail,
      extension: { lines: wanted.short, currentStatus: order.status },
    };
  }
  return withdraw(order, wanted.units, { requestId, reason, contentHash });
}

/** Ends an order whose time for payment is over, and gives its stock back. */
export function endUnpaid(order: OrderItem, now: number): Outcome {
  if (!isOverdue(order, now) || unpaidEndOf(order) === 'expired') return expire(order, now);
  return withdraw(order, allOpen(order), {
    requestId: 'unpaid',
    reason: 'The difference was not paid',
    contentHash: '',
  });
}

/** Rejects a held order: what it holds is given back. What has left stays shipped. */
export const reject = (order: OrderItem, reason: string): Outcome =>
  isHeld(order)
    ? withdraw(order, allOpen(order), { requestId: 'review', reason, contentHash: '' })
    : illegal(order, 'rejected');

/** Where nothing is on its way any more, no delivery will follow that ends the order. */
const cancelRestOf = ({ shipments = [] }: OrderItem) =>
  shipments.every(({ deliveredAt }) => deliveredAt !== undefined) ? 'cancel-rest-delivered' : 'cancel-rest';

type Request = { requestId: string; reason: string; contentHash: string };

function withdraw(order: OrderItem, units: LineUnits[], { requestId, reason, contentHash }: Request): Change {
  const lines = counted(order.lines, units, 'cancelledQuantity');
  const isRest = lines.every((line) => openUnits(line) === 0);
  const isWhole = isRest && lines.every(({ shippedQuantity = 0 }) => shippedQuantity === 0);
  const before = order.cancelledMinor ?? 0;
  // With its last unit, an order that ships nothing owes no shipping and no charges either.
  const cancelledMinor = isWhole ? order.totalMinor - before : worthOf(order, units);
  const status = next(order.status, isWhole ? 'cancel' : isRest ? cancelRestOf(order) : 'cancel-lines') ?? order.status;
  const after = owingLess(
    moved(
      {
        ...order,
        lines,
        cancelledMinor: before + cancelledMinor,
        cancellations: [...(order.cancellations ?? []), { requestId, contentHash }],
      },
      status,
    ),
  );
  const data = { ...factsOf(after), requestId, reason, lines: units, cancelledMinor };
  const event = isWhole ? draftEvent(OrderCancelled, data) : draftEvent(OrderLinesCancelled, data);
  return changed(after, [event], { kind: 'release', takes: takesOf(units) });
}
