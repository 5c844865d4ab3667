import { allocate } from '../../../shared/money.ts';
import { disputesOf } from '../../../shared/payments/dispute.ts';
import type { OrderSnapshot } from './order-snapshot.ts';
import { type Amount, plus, type RefundLedger, sumOf, zeroAmount } from './refund-ledger.ts';

/**
 * `line:<lineId>`, `charge:<chargeId>` (a duty or fee), `shipping`, `overpaid` (captured beyond the amount due),
 * `goodwill`, or `payment:<provider>/<paymentId>` for the payment that the money goes to.
 */
export type ComponentName = string;

/**
 * The amounts of a component (`pot` is its name). `refundable` is captured less refunded less pending; of a payment, also
 * less `lostMinor`, which lost chargebacks took.
 */
export type RefundableComponent = {
  pot: ComponentName;
  captured: Amount;
  refunded: Amount;
  pending: Amount;
  refundable: Amount;
  lostMinor?: number;
};

/** Never below zero: `used` is higher where units were cancelled after their refund. */
const remaining = (captured: Amount, used: Amount): Amount => ({
  minor: Math.max(0, captured.minor - used.minor),
  taxMinor: Math.max(0, Math.min(captured.taxMinor - used.taxMinor, captured.minor - used.minor)),
  quantity: Math.max(0, captured.quantity - used.quantity),
});

const excessMinor = ({ captured, refunded, pending }: RefundableComponent): number =>
  Math.max(0, plus(refunded, pending).minor - captured.minor);

/** The refundable components of an order: what was sold (`goods`), and its payments, the newest first. */
export function refundableComponents(
  order: OrderSnapshot,
  ledger: RefundLedger,
): { goods: RefundableComponent[]; payments: RefundableComponent[] } {
  const component = (pot: ComponentName, captured: Amount): RefundableComponent => {
    const { refunded, pending } = ledger.pots[pot] ?? { refunded: zeroAmount, pending: zeroAmount };
    return { pot, captured, refunded, pending, refundable: remaining(captured, plus(refunded, pending)) };
  };
  const lost = lostByPayment(order);
  const payments = capturesOf(order).map(({ key, minor }) => {
    const payment = component(`payment:${key}`, { ...zeroAmount, minor });
    const lostMinor = Math.min(minor, lost.get(key) ?? 0);
    if (lostMinor === 0) return payment;
    const refundable = { ...zeroAmount, minor: Math.max(0, payment.refundable.minor - lostMinor) };
    return Object.assign(payment, { refundable, lostMinor });
  });
  const capturedMinor = sumOf(payments.map(({ captured, lostMinor = 0 }) => captured.minor - lostMinor));
  const dueMinor = dueOf(order);
  const shippingTaxMinor = order.taxMinor - sumOf(order.lines.map(({ taxMinor }) => taxMinor));
  const shipping = {
    minor: order.shippingMinor + (order.taxIncluded ? 0 : shippingTaxMinor),
    taxMinor: shippingTaxMinor,
    quantity: 0,
  };
  const goods = [
    ...order.lines.map((line) => component(lineComponent(line), isExpired(order) ? zeroAmount : valueOf(line))),
    ...removedLines(order, ledger).map((pot) => component(pot, zeroAmount)),
    ...order.charges.map(({ chargeId, amountMinor }) =>
      component(chargeComponent(chargeId), dueMinor === 0 ? zeroAmount : { ...zeroAmount, minor: amountMinor }),
    ),
    component('shipping', dueMinor === 0 ? zeroAmount : shipping),
  ];
  // Units that were refunded before their cancellation are not overpaid: their money went back already.
  const refundedBeforeMinor = sumOf(goods.map(excessMinor));
  const overpaidMinor = Math.max(0, capturedMinor - dueMinor - refundedUnitsMinor(order) - refundedBeforeMinor);
  return { goods: [...goods, component('overpaid', { ...zeroAmount, minor: overpaidMinor })], payments };
}

/** An expired order has nothing due, also where its payment was captured after it expired. */
const isExpired = ({ status }: OrderSnapshot): boolean => status === 'expired';
const dueOf = (order: OrderSnapshot): number => (isExpired(order) ? 0 : order.totalMinor - order.cancelledMinor);

export const chargeComponent = (chargeId: string): ComponentName => `charge:${chargeId}`;
const lineComponent = ({ lineId }: { lineId: string }): ComponentName => `line:${lineId}`;

/** Lines with ledger entries that an edit removed from the order. */
function removedLines({ lines }: OrderSnapshot, { pots }: RefundLedger): ComponentName[] {
  const present = new Set(lines.map(lineComponent));
  return Object.keys(pots).filter((pot) => pot.startsWith('line:') && !present.has(pot));
}

/**
 * The value of the line's units that are not cancelled, rounded as the cancellation rounded it. Units that were cancelled
 * because of their refund still count, as their refund does.
 */
function valueOf({ refundedQuantity, ...line }: OrderSnapshot['lines'][number]): Amount {
  const { totalMinor, taxMinor, quantity } = line;
  const cancelledQuantity = line.cancelledQuantity - refundedQuantity;
  const left = quantity - cancelledQuantity;
  const remainingOf = (whole: number) => whole - (allocate(whole, [cancelledQuantity, left])[0] ?? 0);
  return { minor: remainingOf(totalMinor), taxMinor: remainingOf(taxMinor), quantity: left };
}

/** The value of units that were cancelled because of their refund: nothing is due for them, but they are not overpaid. */
const refundedUnitsMinor = (order: OrderSnapshot): number =>
  isExpired(order)
    ? 0
    : sumOf(order.lines.map((line) => valueOf(line).minor - valueOf({ ...line, refundedQuantity: 0 }).minor));

/** Captured money by payment, the newest capture first. */
function capturesOf({ payments, currency }: OrderSnapshot): { key: string; minor: number }[] {
  const captured = payments.filter((payment) => payment.type === 'payment.captured' && payment.currency === currency);
  const newestFirst = captured.toSorted(
    (a, b) => Date.parse(b.occurredAt) - Date.parse(a.occurredAt) || (a.eventId < b.eventId ? 1 : -1),
  );
  const byPayment = Map.groupBy(newestFirst, ({ provider, paymentId }) => `${provider}/${paymentId}`);
  return [...byPayment].map(([key, own]) => ({ key, minor: sumOf(own.map(({ amountMinor }) => amountMinor)) }));
}

/** The amounts that lost chargebacks took, by payment. */
function lostByPayment({ payments, currency }: OrderSnapshot): Map<string, number> {
  const byPayment = new Map<string, number>();
  for (const { state, provider, paymentId, amountMinor, ...dispute } of disputesOf(payments)) {
    const key = `${provider}/${paymentId}`;
    if (state === 'lost' && dispute.currency === currency) {
      byPayment.set(key, (byPayment.get(key) ?? 0) + amountMinor);
    }
  }
  return byPayment;
}
