import { disputesOf } from '../../../shared/payments/dispute.ts';
import {
  componentOfPaymentKey,
  componentValues,
  dueMinorOf,
  lineComponent,
  overpaidComponent,
  refundedUnitsMinor,
} from '../../../shared/refunds/component-values.ts';
import type { OrderSnapshot } from './order-snapshot.ts';
import { type Amount, plus, type RefundLedger, sumOf, zeroAmount } from './refund-ledger.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

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
    const { refunded, pending } = ownValue(ledger.pots, pot) ?? { refunded: zeroAmount, pending: zeroAmount };
    return { pot, captured, refunded, pending, refundable: remaining(captured, plus(refunded, pending)) };
  };
  const lost = lostByPayment(order);
  const payments = capturesOf(order).map(({ key, minor }) => {
    const payment = component(componentOfPaymentKey(key), { ...zeroAmount, minor });
    const lostMinor = Math.min(minor, lost.get(key) ?? 0);
    if (lostMinor === 0) return payment;
    const refundable = { ...zeroAmount, minor: Math.max(0, payment.refundable.minor - lostMinor) };
    return Object.assign(payment, { refundable, lostMinor });
  });
  const capturedMinor = sumOf(payments.map(({ captured, lostMinor = 0 }) => captured.minor - lostMinor));
  const goods = [
    ...componentValues(order).map(({ pot, value }) => component(pot, value)),
    ...removedLines(order, ledger).map((pot) => component(pot, zeroAmount)),
  ];
  // Units that were refunded before their cancellation are not overpaid: their money went back already.
  const refundedBeforeMinor = sumOf(goods.map(excessMinor));
  const notOverpaidMinor = dueMinorOf(order) + refundedUnitsMinor(order) + refundedBeforeMinor;
  const overpaidMinor = Math.max(0, capturedMinor - notOverpaidMinor);
  return { goods: [...goods, component(overpaidComponent, { ...zeroAmount, minor: overpaidMinor })], payments };
}

/** Lines with ledger entries that an edit removed from the order. */
function removedLines({ lines }: OrderSnapshot, { pots }: RefundLedger): ComponentName[] {
  const present = new Set(lines.map(lineComponent));
  return Object.keys(pots).filter((pot) => pot.startsWith('line:') && !present.has(pot));
}

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
