import type * as z from 'zod';
import { OrderExpired, OrderHeld, OrderReleased, PaymentRecorded } from '../../shared/events/order-life.ts';
import { contentHash } from '../../shared/ids.ts';
import type { Balance, Payment, ToldPayment } from '../../shared/payment.ts';
import { takesOf } from '../../shared/stock/take.ts';
import { changed, factsOf, illegal, moved, type Outcome, telling } from './change.ts';
import { type Command, next } from './life-cycle.ts';
import { allOpen } from './line-units.ts';
import type { OrderItem } from './order-item.ts';

/** A provider sends a handful; more than this would make the order's item grow without end. */
const maxPayments = 400;

/** The part of an order that payments change, whether it is placed already or about to be. */
export type Payable = Pick<
  OrderItem,
  'status' | 'currency' | 'totalMinor' | 'cancelledMinor' | 'payments' | 'holdReasons' | 'reservedUntil'
>;

/** Sums do not depend on the order in which payment events came. */
export function balanceOf({
  totalMinor,
  cancelledMinor = 0,
  payments = [],
  currency,
}: Omit<Payable, 'status'>): Balance {
  const sumOf = (type: Payment['type']) =>
    payments
      .filter((payment) => payment.type === type && payment.currency === currency)
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const dueMinor = totalMinor - cancelledMinor;
  const capturedMinor = sumOf('payment.captured');
  const chargedBackMinor = sumOf('chargeback.opened');
  return { balance: compare(capturedMinor, dueMinor), dueMinor, capturedMinor, chargedBackMinor };
}

function compare(capturedMinor: number, dueMinor: number): Balance['balance'] {
  if (capturedMinor === dueMinor) return 'settled';
  if (capturedMinor === 0) return 'unpaid';
  return capturedMinor < dueMinor ? 'underpaid' : 'overpaid';
}

/** The order with one more payment event: paid when all is captured, held when it is too little, too much or disputed. */
export function withPayment<P extends Payable>(order: P, payment: Payment): P {
  const known = { ...order, payments: [...(order.payments ?? []), payment] };
  if (payment.type !== 'payment.captured' && payment.type !== 'chargeback.opened') return known;
  const reasons = new Set(order.holdReasons);
  if (payment.type === 'chargeback.opened') reasons.add('chargeback');
  else if (payment.currency !== order.currency) reasons.add('wrong-currency');
  else {
    const { balance } = balanceOf(known);
    reasons.delete('underpaid');
    reasons.delete('overpaid');
    if (balance !== 'settled') reasons.add(balance);
  }
  const status = next(order.status, reasons.size > 0 ? 'hold' : 'pay') ?? order.status;
  return {
    ...known,
    status,
    holdReasons: status === 'on-hold' ? [...reasons] : undefined,
    reservedUntil: status === 'payment-pending' ? order.reservedUntil : null,
  };
}

/** Whether these payments hold the event already, and if so with the same content. */
export function knownPayment(
  payments: readonly Payment[] = [],
  payment: Payment,
): 'new' | 'same' | 'other' | 'too-many' {
  const { eventId, provider } = payment;
  const earlier = payments.find((known) => known.eventId === eventId && known.provider === provider);
  if (earlier) return contentHash(earlier) === contentHash(payment) ? 'same' : 'other';
  return payments.length < maxPayments ? 'new' : 'too-many';
}

/** Records a payment event of a placed order, once. It is a fact: no state refuses it. */
export function record(order: OrderItem, payment: Payment): Outcome {
  const known = knownPayment(order.payments, payment);
  if (known === 'same') return { kind: 'already-done', order };
  if (known !== 'new') return refusedPayment(known);
  const paid = withPayment(order, payment);
  const after = { ...paid, version: order.version + 1 };
  const { orderId } = order;
  const events = [
    telling(PaymentRecorded, { orderId, payment: told(payment), order: { ...factsOf(after), ...balanceOf(after) } }),
  ];
  const reasons = after.holdReasons ?? [];
  if (reasons.some((reason) => !order.holdReasons?.includes(reason))) {
    events.push(telling(OrderHeld, { ...factsOf(after), reasons }));
  }
  return changed(after, events);
}

/** A payment without what only the risk of its order is for. */
export const told = ({ cardFingerprint: _kept, ...payment }: Payment): z.infer<typeof ToldPayment> => payment;

export const refusedPayment = (why: 'other' | 'too-many'): Outcome => ({
  kind: 'conflict',
  type: why === 'other' ? 'payment-conflict' : 'too-many-payments',
  detail:
    why === 'other' ? 'This event id told of something else.' : `An order keeps at most ${maxPayments} payment events.`,
});

/** Whether the order's time for payment is over, swept or not. */
export const isOverdue = ({ status, reservedUntil }: Pick<OrderItem, 'status' | 'reservedUntil'>, now: number) =>
  status === 'payment-pending' && reservedUntil !== null && Date.parse(reservedUntil) <= now;

/** Ends an unpaid order whose time is over and gives its stock back. */
export function expire(order: OrderItem, now: number): Outcome {
  const status = next(order.status, 'expire');
  if (!status) return illegal(order, 'expired');
  const { reservedUntil } = order;
  if (reservedUntil === null || !isOverdue(order, now)) return { kind: 'already-done', order };
  const lines = allOpen(order);
  const after = moved(order, status);
  return changed(after, [telling(OrderExpired, { ...factsOf(after), reservedUntil, lines })], {
    kind: 'release',
    takes: takesOf(lines),
  });
}

/** Lets a held order go on, as it is paid: whoever releases it accepts the difference. */
export function release(order: OrderItem, reason: string, now: number): Outcome {
  const { paymentWindowMinutes } = order;
  const isUnpaid = balanceOf(order).capturedMinor === 0 && order.totalMinor > 0;
  const command: Command = !isUnpaid ? 'release-paid' : paymentWindowMinutes ? 'release-awaiting' : 'release';
  const status = next(order.status, command);
  if (!status) return illegal(order, 'released');
  const reservedUntil = paymentWindowMinutes ? reservedFor(paymentWindowMinutes, now) : null;
  // Whoever releases an order that is held for its risk accepts that too.
  const risk = order.risk && order.holdReasons?.includes('risk') ? { ...order.risk, isAccepted: true } : order.risk;
  const after = moved({ ...order, reservedUntil, risk }, status);
  return changed(after, [telling(OrderReleased, { ...factsOf(after), reason })]);
}

/** End of a hold that begins now. */
export const reservedFor = (minutes: number, now: number) => new Date(now + minutes * 60_000).toISOString();
