import {
  DuplicatePaymentDecided,
  DuplicatePaymentSuspected,
  PaymentRecorded,
} from '../../../shared/contracts/orders/life-cycle-events.ts';
import { type Payment, publishedPaymentOf } from '../../../shared/payments/payment.ts';
import { type Change, changed, draftEvent, eventData, type Outcome } from '../order/change.ts';
import type { OrderItem, SuspectedDuplicate } from '../order/order-item.ts';
import { balanceOf, holdEvents, withPayment } from '../order/payment.ts';

/** Events that move no money. Two providers may try a payment under one reference of the caller. */
const attempts = new Set<Payment['type']>(['payment.authorized', 'payment.failed']);
const movesMoney = ({ type }: Payment) => !attempts.has(type);
const isEqual = (a: Payment, b: Payment) => a.type === b.type && a.amountMinor === b.amountMinor;

type Received = Pick<OrderItem, 'payments' | 'suspectedDuplicates'>;

/**
 * The other provider whose payment of this id and currency counts, if the event may be of the same payment: an event that
 * moves money, an equal one, or any later event of a payment that is suspected or dismissed. Event id, time and, as money
 * may move in parts, type and amount are the sender's choice. Undefined if earlier money of this payment counts.
 */
export function earlierReporterOf(received: Received | undefined, payment: Payment): string | undefined {
  const { payments = [], suspectedDuplicates = [] } = received ?? {};
  const sameId = payments.filter(({ paymentId }) => paymentId === payment.paymentId);
  const others = sameId.filter(({ provider }) => provider !== payment.provider);
  const isOwn = ({ provider, paymentId }: Payment) => provider === payment.provider && paymentId === payment.paymentId;
  const hasCurrency = ({ currency }: Payment) => currency === payment.currency;
  if (sameId.some((known) => isOwn(known) && hasCurrency(known) && movesMoney(known))) return undefined;
  const reporter = others
    .filter(hasCurrency)
    .find((known) => isEqual(known, payment) || (movesMoney(known) && movesMoney(payment)));
  if (reporter) return reporter.provider;
  const isSuspected = suspectedDuplicates.some(({ payment: known, decision }) => decision !== 'count' && isOwn(known));
  return isSuspected ? others[0]?.provider : undefined;
}

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
