import type { Cause } from '../../../shared/contracts/define-event.ts';
import { PaymentRecorded } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { canonicalHash } from '../../../shared/content-hash.ts';
import { type Payment, publishedPaymentOf } from '../../../shared/payments/payment.ts';
import { attemptChange, changeRetryBudgetMs } from '../order/apply.ts';
import { changed, draftEvent, eventData, type Outcome } from '../order/change.ts';
import type { OrderItem } from '../order/order-item.ts';
import type { OrderStore } from '../order/order-store.ts';
import { balanceOf, holdEvents, withPayment } from '../order/payment.ts';
import { earlierReporterOf, suspect } from './suspected-duplicate.ts';

/** Keeps the order below DynamoDB's item limit of 400 KB; a provider usually sends a handful. */
const maxPayments = 400;

type Recorded = Outcome | { kind: 'stored' | 'stored-as-suspected' | 'already-stored' };

/** Adds a payment event to its order once, or stores it as an early payment until the order is placed. */
export const recordPayment = (
  store: Pick<OrderStore, 'current' | 'commit' | 'storeEarlyPayment'>,
  orderId: string,
  payment: Payment,
  cause: Cause,
): Promise<Recorded> =>
  retryOnConflict(changeRetryBudgetMs, async (): Promise<Recorded | undefined> => {
    const { order, earlyPayments } = await store.current(orderId);
    if (order) return (await attemptChange(store, order, (current) => record(current, payment), cause))?.outcome;
    const match = matchPayment(receivedBy(earlyPayments), payment);
    if (match === 'same') return { kind: 'already-stored' };
    if (match !== 'new') return refusedPayment(match);
    const reportedBy = earlierReporterOf(earlyPayments, payment);
    const written = await store.storeEarlyPayment(orderId, earlyPayments, payment, cause, reportedBy);
    if (written !== 'done') return undefined;
    return { kind: reportedBy === undefined ? 'stored' : 'stored-as-suspected' };
  });

/**
 * Adds a payment event to an order, once. Payments are facts, so no status refuses them; one that another provider
 * reported before awaits a decision.
 */
export function record(order: OrderItem, payment: Payment): Outcome {
  const match = matchPayment(receivedBy(order), payment);
  if (match === 'same') return { kind: 'already-done', order };
  if (match !== 'new') return refusedPayment(match);
  const reportedBy = earlierReporterOf(order, payment);
  if (reportedBy !== undefined) return suspect(order, payment, reportedBy);
  const after = { ...withPayment(order, payment), version: order.version + 1 };
  const recorded = draftEvent(PaymentRecorded, {
    orderId: order.orderId,
    payment: publishedPaymentOf(payment),
    order: { ...eventData(after), ...balanceOf(after) },
  });
  return changed(after, [recorded, ...holdEvents(order, after)]);
}

/** The payments of an order, and those that await a decision or were dismissed. */
const receivedBy = ({
  payments = [],
  suspectedDuplicates = [],
}: Pick<OrderItem, 'payments' | 'suspectedDuplicates'> = {}): Payment[] => [
  ...payments,
  ...suspectedDuplicates.map(({ payment }) => payment),
];

type Match = 'new' | 'same' | 'other' | 'too-many';

/** Whether the payments include this event id, with the same or other content. */
function matchPayment(payments: readonly Payment[] = [], payment: Payment): Match {
  const { eventId, provider } = payment;
  const earlier = payments.find((known) => known.eventId === eventId && known.provider === provider);
  if (earlier) return canonicalHash(earlier) === canonicalHash(payment) ? 'same' : 'other';
  return payments.length < maxPayments ? 'new' : 'too-many';
}

const refusedPayment = (match: 'other' | 'too-many'): Outcome => ({
  kind: 'conflict',
  type: match === 'other' ? 'payment-conflict' : 'too-many-payments',
  detail:
    match === 'other'
      ? 'This event id was used for other content.'
      : `An order has at most ${maxPayments} payment events.`,
});
