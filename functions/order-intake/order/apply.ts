import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import { endUnpaid } from '../cancellation/cancellation.ts';
import type { Outcome } from './change.ts';
import type { ChangeStore } from './change-store.ts';
import type { OrderItem } from './order-item.ts';
import { isOverdue, knownPayment, record, refusedPayment } from './payment.ts';

/** Others may change the same order at once, and each of them comes to an end. */
const usualPatienceMs = 10_000;

type Store = Pick<ChangeStore, 'current' | 'commit'>;
/** A decision on an order, for which more may have to be read. */
export type Decide = (order: OrderItem) => Outcome | Promise<Outcome>;

/**
 * Decides on the order as it is and writes what follows, again and again until nobody interferes. A hold that is over
 * ends first, so that no command meets an order that expired but was not swept. Undefined if there is no such order.
 */
export const apply = async (
  store: Store,
  orderId: string,
  decide: Decide,
  cause: Cause,
  patienceMs = usualPatienceMs,
): Promise<Outcome | undefined> => {
  const { outcome } = await retryOnConflict(patienceMs, async () => {
    const { order } = await store.current(orderId);
    return order ? attempt(store, order, decide, cause) : { outcome: undefined };
  });
  return outcome;
};

/** Undefined if it must be tried again. */
async function attempt(store: Store, order: OrderItem, decide: Decide, cause: Cause) {
  const isExpiring = isOverdue(order, cause.now);
  const outcome = isExpiring ? endUnpaid(order, cause.now) : await decide(order);
  if (outcome.kind !== 'changed') return { outcome };
  const isDone = (await store.commit(order, outcome, cause)) === 'done';
  return isDone && !isExpiring ? { outcome } : undefined;
}

/** Records a payment event with its order, or keeps it until the order is placed. */
export const recordPayment = (
  store: Store & Pick<ChangeStore, 'keep'>,
  orderId: string,
  payment: Payment,
  cause: Cause,
): Promise<Outcome | { kind: 'kept' } | { kind: 'already-kept' }> =>
  retryOnConflict(usualPatienceMs, async () => {
    const { order, awaited } = await store.current(orderId);
    if (order) return (await attempt(store, order, (current) => record(current, payment), cause))?.outcome;
    const known = knownPayment(awaited?.payments, payment);
    if (known === 'same') return { kind: 'already-kept' as const };
    if (known !== 'new') return refusedPayment(known);
    return (await store.keep(orderId, awaited, payment, cause)) === 'done' ? { kind: 'kept' as const } : undefined;
  });
