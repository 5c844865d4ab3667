import { OrderHeld } from '../../../shared/contracts/orders/life-cycle-events.ts';
import type { Balance, Payment } from '../../../shared/payments/payment.ts';
import { disputesOf, isDisputeEvent } from '../../../shared/payments/dispute.ts';
import { refundedUnitsMinor } from '../../../shared/refunds/component-values.ts';
import { refundedBeyondValueMinor, type RefundedAmounts } from '../../../shared/refunds/refunded-amounts.ts';
import { isPositiveCapture, type DraftEvent, draftEvent, eventData, reservedUntilIn } from './change.ts';
import { canBeHeld, next } from './life-cycle.ts';
import type { OrderItem } from './order-item.ts';

/** The attributes of an order that its payments affect, before or after it is placed. */
export type Payable = Pick<
  OrderItem,
  'status' | 'currency' | 'totalMinor' | 'cancelledMinor' | 'payments' | 'holdReasons' | 'reservedUntil'
>;
const isPlaced = (order: Payable): order is OrderItem => 'placedEventId' in order;

/**
 * Captured against due amount, independent of the order of payment events. Nothing is due on a cancelled or expired order.
 * Money that was refunded beyond the value of what the order still has counts as not captured.
 */
export function balanceOf(order: Payable): Balance {
  const { status, totalMinor, cancelledMinor = 0, payments = [], currency } = order;
  const sumOf = (type: Payment['type']) =>
    payments
      .filter((payment) => payment.type === type && payment.currency === currency)
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const isClosed = status === 'expired' || status === 'cancelled';
  const dueMinor = isClosed ? 0 : totalMinor - cancelledMinor;
  const capturedMinor = sumOf('payment.captured');
  const chargedBackMinor = disputesOf(payments)
    .filter((dispute) => dispute.state !== 'won' && dispute.currency === currency)
    .reduce((sum, dispute) => sum + dispute.amountMinor, 0);
  const { refunded } = isPlaced(order) ? order : {};
  const returnedMinor = isPlaced(order) && refunded ? refundedBeyondValueMinor(order, refunded) : 0;
  const neededMinor = dueMinor + (isPlaced(order) ? refundedUnitsMinor(order) : 0) + returnedMinor;
  const refundedMinor = refunded?.amounts.reduce((sum, { minor }) => sum + minor, 0);
  return {
    balance: compare(capturedMinor, neededMinor),
    dueMinor,
    capturedMinor,
    ...(refundedMinor !== undefined && { refundedMinor }),
    ...otherCapturesOf(order),
    chargedBackMinor,
  };
}

/** Captures in another currency than the order's, which can only be refunded. */
function otherCapturesOf({ payments = [], currency }: Payable): Pick<Balance, 'otherCaptures'> {
  const others = payments.filter((payment) => isPositiveCapture(payment) && payment.currency !== currency);
  if (others.length === 0) return {};
  const byCurrency = Map.groupBy(others, (payment) => payment.currency);
  const otherCaptures = [...byCurrency].map(([other, captures]) => ({
    currency: other,
    capturedMinor: captures.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
  }));
  return { otherCaptures: otherCaptures.toSorted((a, b) => (a.currency < b.currency ? -1 : 1)) };
}

function compare(capturedMinor: number, neededMinor: number): Balance['balance'] {
  if (capturedMinor === neededMinor) return 'settled';
  if (capturedMinor === 0) return 'unpaid';
  return capturedMinor < neededMinor ? 'underpaid' : 'overpaid';
}

/** Whether less was captured than the order needs. */
export const lacksMoney = (order: Payable): boolean => {
  const { balance } = balanceOf(order);
  return balance === 'unpaid' || balance === 'underpaid';
};

/**
 * Records what the refund ledger has refunded. A hold that waits for this refund ends when the balance is settled; refunds
 * hold no other order.
 */
export function withRefunded(order: OrderItem, refunded: RefundedAmounts): OrderItem {
  const recorded = { ...order, refunded };
  const isAwaited = order.holdReasons?.some((reason) => reason === 'overpaid' || reason === 'refund-due') ?? false;
  return isAwaited ? withHoldReasons(recorded, withBalance(order.holdReasons, balanceOf(recorded).balance)) : recorded;
}

/** Adds a payment event: the order is paid if the captured amount is due, or held if it differs or is disputed. */
export function withPayment<P extends Payable>(order: P, payment: Payment): P {
  const recorded = { ...order, payments: [...(order.payments ?? []), payment] };
  if (isDisputeEvent(payment)) return withDisputes(recorded);
  if (!isPositiveCapture(payment)) return recorded;
  const reasons = new Set(order.holdReasons);
  if (payment.currency !== order.currency) return withHoldReasons(recorded, reasons.add('wrong-currency'));
  const { balance } = balanceOf(recorded);
  // A provider may capture per parcel, so less than the total is no reason to hold.
  const isByParcel = order.status === 'partly-shipped' && balance === 'underpaid';
  return withHoldReasons(recorded, withBalance(order.holdReasons, isByParcel ? 'settled' : balance));
}

/** Holds an order with an open or lost chargeback. When the last one is won, the order continues, if it is paid. */
function withDisputes<P extends Payable>(order: P): P {
  const reasons = new Set(order.holdReasons);
  const isUnresolved = disputesOf(order.payments ?? []).some(({ state }) => state !== 'won');
  if (isUnresolved) return withHoldReasons(order, reasons.add('chargeback'));
  if (!reasons.delete('chargeback')) return order;
  const isUnderpaid = lacksMoney(order) && order.status !== 'partly-shipped';
  return withHoldReasons(order, isUnderpaid ? reasons.add('underpaid') : reasons);
}

/** Adds payments of an earlier return to a new order: paid if they cover it, otherwise the rest is awaited without a hold. */
export function withCredit(order: Payable, payments: Payment[]): Payable {
  if (payments.length === 0) return order;
  const credited = { ...order, payments };
  return balanceOf(credited).balance === 'settled' ? withHoldReasons(credited, new Set()) : credited;
}

/** Holds the order for these reasons; without a reason it is paid. */
function withHoldReasons<P extends Payable>(order: P, reasons: ReadonlySet<string>): P {
  const status = next(order.status, reasons.size > 0 ? 'hold' : 'pay') ?? order.status;
  return {
    ...order,
    status,
    holdReasons: canBeHeld(status) && reasons.size > 0 ? [...reasons] : undefined,
    reservedUntil: reservedUntilIn(status, order),
  };
}

/** After a cancellation: the order is paid if the captured amount now covers it; an excess is refunded, not held. */
export function paidIfCovered(order: OrderItem): OrderItem {
  const { balance } = balanceOf(order);
  const awaitsMoney = order.status === 'payment-pending' || order.holdReasons?.includes('underpaid');
  return awaitsMoney && (balance === 'settled' || balance === 'overpaid')
    ? withHoldReasons(order, withBalance(order.holdReasons, 'settled'))
    : order;
}

/** Applies a changed total to the payment state: the order is paid, held, or unchanged. */
export function repriced(before: OrderItem, after: OrderItem): OrderItem {
  const { balance, capturedMinor, dueMinor } = balanceOf(after);
  const { dueMinor: dueBefore, balance: balanceBefore } = balanceOf(before);
  if (dueMinor === dueBefore) return after;
  // The refund of an earlier excess may be on its way, so staff must confirm that it can pay for the larger total.
  const mayBeRefunded = balanceBefore === 'overpaid' && dueMinor > dueBefore;
  if (mayBeRefunded) return withHoldReasons(after, withBalance(after.holdReasons, balance).add('refund-due'));
  // An order with a total of 0 awaited no payment; with a positive total it must not ship unpaid.
  const becamePayable = balance === 'unpaid' && dueBefore === 0 && after.paymentWindowMinutes !== undefined;
  const isNowSettled = balance === 'settled' && (after.status === 'payment-pending' || after.status === 'on-hold');
  if (capturedMinor === 0 && !becamePayable && !isNowSettled) return after;
  // Partly paid by a return: the rest is still awaited.
  if (balance === 'underpaid' && after.status === 'payment-pending') return after;
  return withHoldReasons(after, withBalance(after.holdReasons, becamePayable ? 'underpaid' : balance));
}

/** Replaces the balance reasons (`underpaid`, `overpaid`) by the current balance. */
function withBalance(holdReasons: readonly string[] | undefined, balance: Balance['balance']): Set<string> {
  const reasons = new Set(holdReasons?.filter((reason) => reason !== 'underpaid' && reason !== 'overpaid'));
  return balance === 'settled' ? reasons : reasons.add(balance);
}

/** `OrderHeld` if the order has a hold reason that it did not have before. */
export const holdEvents = (before: OrderItem, after: OrderItem): DraftEvent[] => {
  const reasons = after.holdReasons ?? [];
  const isNew = reasons.some((reason) => !before.holdReasons?.includes(reason));
  return isNew ? [draftEvent(OrderHeld, { ...eventData(after), reasons })] : [];
};

/** End of a payment window that begins now. */
export const reservedFor = (minutes: number, now: number) => new Date(now + minutes * 60_000).toISOString();
