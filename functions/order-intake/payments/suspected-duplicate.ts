import {
  DuplicatePaymentDecided,
  DuplicatePaymentSuspected,
  PaymentRecorded,
} from '../../../shared/contracts/orders/life-cycle-events.ts';
import { type Payment, publishedPaymentOf } from '../../../shared/payments/payment.ts';
import { type Change, changed, draftEvent, eventData, type Outcome } from '../order/change.ts';
import type { OrderItem, SuspectedDuplicate } from '../order/order-item.ts';
import { balanceOf, holdEvents, withPayment } from '../order/payment.ts';

/**
 * The provider that reported the same payment of the order before: this payment id, type, amount and currency under
 * another name. Event id and time are the sender's choice and do not count.
 */
export const earlierReporterOf = (payments: readonly Payment[] = [], payment: Payment): string | undefined =>
  payments.find(
    (known) =>
      known.provider !== payment.provider &&
      known.paymentId === payment.paymentId &&
      known.type === payment.type &&
      known.amountMinor === payment.amountMinor &&
      known.currency === payment.currency,
  )?.provider;

/** Stores a payment beside those that count, until a person decides on it. */
export function suspect(order: OrderItem, payment: Payment, reportedBy: string): Change {
  const suspectedDuplicates = [...(order.suspectedDuplicates ?? []), { payment }];
  const after = { ...order, suspectedDuplicates, version: order.version + 1 };
  const { orderId } = order;
  const data = { orderId, payment: publishedPaymentOf(payment), reportedBy, order: eventData(after) };
  return changed(after, [draftEvent(DuplicatePaymentSuspected, data)]);
}

type Decision = { provider: string; eventId: string; decision: 'count' | 'dismiss'; reason: string };

/** Decides on a suspected duplicate, once: it then counts like any other payment, or never. */
export function decideDuplicate(order: OrderItem, { provider, eventId, decision, reason }: Decision): Outcome {
  const isMeant = ({ payment }: SuspectedDuplicate) => payment.provider === provider && payment.eventId === eventId;
  const suspected = order.suspectedDuplicates?.find(isMeant);
  if (!suspected) return { kind: 'unknown', detail: 'The order has no such suspected payment.' };
  if (suspected.decision === decision) return { kind: 'already-done', order };
  if (suspected.decision) {
    return { kind: 'conflict', type: 'already-decided', detail: `The decision was: ${suspected.decision}.` };
  }
  const { payment } = suspected;
  const counted = decision === 'count' ? withPayment(order, payment) : order;
  const suspectedDuplicates = order.suspectedDuplicates?.map((one) => (isMeant(one) ? { ...one, decision } : one));
  const after = { ...counted, suspectedDuplicates, version: order.version + 1 };
  const published = publishedPaymentOf(payment);
  const { orderId } = order;
  const recorded = draftEvent(PaymentRecorded, {
    orderId,
    payment: published,
    order: { ...eventData(after), ...balanceOf(after) },
  });
  const decided = draftEvent(DuplicatePaymentDecided, { ...eventData(after), payment: published, decision, reason });
  return changed(after, [decided, ...(decision === 'count' ? [recorded] : []), ...holdEvents(order, after)]);
}
