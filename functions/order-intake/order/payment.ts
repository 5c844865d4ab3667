import type * as z from 'zod';
import {
  OrderExpired,
  OrderHeld,
  OrderReleased,
  PaymentRecorded,
} from '../../../shared/contracts/orders/life-cycle-events.ts';
import { contentHash } from '../../../shared/ids.ts';
import type { Balance, Payment, ToldPayment } from '../../../shared/payments/payment.ts';
import { takesOf } from '../../../shared/stock/take.ts';
import {
  bringsMoney,
  changed,
  factsOf,
  illegal,
  isHeld,
  moved,
  type Outcome,
  reservedUntilIn,
  draftEvent,
  type DraftEvent,
} from './change.ts';
import { canBeHeld, type Command, next } from './life-cycle.ts';
import { allOpen } from './line-units.ts';
import type { OrderItem } from './order-item.ts';

/** A provider sends a handful; more than this would make the order's item grow without end. */
const maxPayments = 400;

/** The part of an order that payments change, whether it is placed already or about to be. */
export type Payable = Pick<
  OrderItem,
  'status' | 'currency' | 'totalMinor' | 'cancelledMinor' | 'payments' | 'holdReasons' | 'reservedUntil'
>;

/** Sums do not depend on the order in which payment events came. Nothing is due for what nobody gets any more. */
export function balanceOf({ status, totalMinor, cancelledMinor = 0, payments = [], currency }: Payable): Balance {
  const sumOf = (type: Payment['type']) =>
    payments
      .filter((payment) => payment.type === type && payment.currency === currency)
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const isOver = status === 'expired' || status === 'cancelled';
  const dueMinor = isOver ? 0 : totalMinor - cancelledMinor;
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
  if (!bringsMoney(payment) && payment.type !== 'chargeback.opened') return known;
  const reasons = new Set(order.holdReasons);
  if (payment.type === 'chargeback.opened') return judged(known, reasons.add('chargeback'));
  if (payment.currency !== order.currency) return judged(known, reasons.add('wrong-currency'));
  const { balance } = balanceOf(known);
  // Parcels are captured one by one as well: what is missing may come with the next.
  const isByParcel = order.status === 'partly-shipped' && balance === 'underpaid';
  return judged(known, withBalance(order.holdReasons, isByParcel ? 'settled' : balance));
}

/** A new order with money that is here already: paid if that is all of it; else the rest is awaited, and nothing is wrong. */
export function withCredit(order: Payable, payments: Payment[]): Payable {
  if (payments.length === 0) return order;
  const credited = { ...order, payments };
  return balanceOf(credited).balance === 'settled' ? judged(credited, new Set()) : credited;
}

/** The order paid, or held for these reasons. */
function judged<P extends Payable>(order: P, reasons: ReadonlySet<string>): P {
  const status = next(order.status, reasons.size > 0 ? 'hold' : 'pay') ?? order.status;
  return {
    ...order,
    status,
    holdReasons: canBeHeld(status) && reasons.size > 0 ? [...reasons] : undefined,
    reservedUntil: reservedUntilIn(status, order),
  };
}

/** The order after units of it were cancelled: what was captured may be enough now, and what is too much is refunded. */
export function owingLess(order: OrderItem): OrderItem {
  const { capturedMinor, dueMinor } = balanceOf(order);
  const lacksMoney = order.status === 'payment-pending' || order.holdReasons?.includes('underpaid');
  return lacksMoney && capturedMinor >= dueMinor ? judged(order, withBalance(order.holdReasons, 'settled')) : order;
}

/** The order after it came to be worth more or less: what was captured fits it, or holds it. */
export function repriced(before: OrderItem, after: OrderItem): OrderItem {
  const { balance, capturedMinor, dueMinor } = balanceOf(after);
  const dueBefore = balanceOf(before).dueMinor;
  if (dueMinor === dueBefore) return after;
  // What was too much is refunded, or may be: it does not pay for more, unless staff find that it is still here.
  const mayBeGone = capturedMinor > dueBefore && dueMinor > dueBefore;
  if (mayBeGone) return judged(after, withBalance(after.holdReasons, balance).add('refund-due'));
  // An order for nothing did not wait for its payment, and must not slip through now that it costs something.
  const slipped = balance === 'unpaid' && dueBefore === 0 && after.paymentWindowMinutes !== undefined;
  const waitsNoMore = balance === 'settled' && (after.status === 'payment-pending' || after.status === 'on-hold');
  if (capturedMinor === 0 && !slipped && !waitsNoMore) return after;
  // What a return gave is not all of it: the order waits for the rest as before.
  if (balance === 'underpaid' && after.status === 'payment-pending') return after;
  return judged(after, withBalance(after.holdReasons, slipped ? 'underpaid' : balance));
}

/** The reasons for a hold, of which those that tell of the balance are these now. */
function withBalance(holdReasons: readonly string[] | undefined, balance: Balance['balance']): Set<string> {
  const reasons = new Set(holdReasons?.filter((reason) => reason !== 'underpaid' && reason !== 'overpaid'));
  return balance === 'settled' ? reasons : reasons.add(balance);
}

/** Tells that an order is held, if there are reasons that it was not held for before. */
export const tellHold = (before: OrderItem, after: OrderItem): DraftEvent[] => {
  const reasons = after.holdReasons ?? [];
  const isNew = reasons.some((reason) => !before.holdReasons?.includes(reason));
  return isNew ? [draftEvent(OrderHeld, { ...factsOf(after), reasons })] : [];
};

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
  const recorded = draftEvent(PaymentRecorded, {
    orderId,
    payment: told(payment),
    order: { ...factsOf(after), ...balanceOf(after) },
  });
  return changed(after, [recorded, ...tellHold(order, after)]);
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
  next(status, 'expire') !== undefined && reservedUntil !== null && Date.parse(reservedUntil) <= now;

/**
 * What an order ends as whose time for payment is over: one that a return paid for in part is cancelled, so that the part
 * goes back.
 */
export const unpaidEndOf = (order: OrderItem) => (balanceOf(order).capturedMinor > 0 ? 'cancelled' : 'expired');

/** Ends an unpaid order whose time is over and gives its stock back. */
export function expire(order: OrderItem, now: number): Outcome {
  const status = next(order.status, 'expire');
  if (!status) return illegal(order, 'expired');
  const { reservedUntil } = order;
  if (reservedUntil === null || !isOverdue(order, now)) return { kind: 'already-done', order };
  const lines = allOpen(order);
  const after = moved(order, status);
  const cancelledMinor = order.totalMinor - (order.cancelledMinor ?? 0);
  return changed(after, [draftEvent(OrderExpired, { ...factsOf(after), reservedUntil, lines, cancelledMinor })], {
    kind: 'release',
    takes: takesOf(lines),
  });
}

/**
 * Lets a held order go on, or what is left of it, as it is paid: whoever releases one that is `underpaid`, or for which
 * counts what may have gone back (`refund-due`), accepts the difference.
 */
export function release(order: OrderItem, reason: string, now: number): Outcome {
  const { paymentWindowMinutes, holdReasons = [] } = order;
  const { capturedMinor, dueMinor } = balanceOf(order);
  const isUnpaid = capturedMinor === 0 && dueMinor > 0;
  const acceptsLess = holdReasons.some((held) => held === 'underpaid' || held === 'refund-due');
  const isLessAccepted = order.isLessAccepted || acceptsLess;
  const isAwaiting = isUnpaid || (capturedMinor < dueMinor && !isLessAccepted);
  const withoutWindow: Command = isUnpaid ? 'release' : 'release-paid';
  const status = next(order.status, paymentWindowMinutes && isAwaiting ? 'release-awaiting' : withoutWindow);
  if (!status || !isHeld(order)) return illegal(order, 'released');
  const reservedUntil = paymentWindowMinutes ? reservedFor(paymentWindowMinutes, now) : null;
  // Whoever releases an order that is held for its risk accepts that too.
  const risk = order.risk && holdReasons.includes('risk') ? { ...order.risk, isAccepted: true } : order.risk;
  const after = moved(
    { ...order, reservedUntil, risk, holdReasons: undefined, ...(isLessAccepted && { isLessAccepted }) },
    status,
  );
  return changed(after, [draftEvent(OrderReleased, { ...factsOf(after), reason })]);
}

/** End of a hold that begins now. */
export const reservedFor = (minutes: number, now: number) => new Date(now + minutes * 60_000).toISOString();
