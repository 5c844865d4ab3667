import { allocate } from '../../../shared/money.ts';
import { type Account, type Amount, nothing, plus, sumOf } from './refund-ledger.ts';
import type { Ordered } from './order-snapshot.ts';

/**
 * A pot holds money of an order that can be refunded, and knows what was taken from it. A pot is named `line:<lineId>`,
 * `charge:<chargeId>` (a duty or fee), `shipping`, `overpaid` (captured beyond what is due, as after a cancellation),
 * `goodwill`, or, for where the money comes from, `payment:<provider>/<paymentId>`.
 */
export type PotName = string;

/** A pot as it stands; refundable is what is there less what was taken. */
export type Pot = { pot: PotName; captured: Amount; refunded: Amount; pending: Amount; refundable: Amount };

/** What is left of `a`; nothing of what `b` has more of, as of units that were cancelled after their refund. */
const rest = (a: Amount, b: Amount): Amount => ({
  minor: Math.max(0, a.minor - b.minor),
  taxMinor: Math.max(0, Math.min(a.taxMinor - b.taxMinor, a.minor - b.minor)),
  quantity: Math.max(0, a.quantity - b.quantity),
});

const overdrawn = (captured: Amount, taken: Amount): number => Math.max(0, taken.minor - captured.minor);

/** The pots of an order: what it is for, and the payments it was made by, the newest first. */
export function potsOf(order: Ordered, account: Account): { goods: Pot[]; payments: Pot[] } {
  const standing = (pot: PotName, captured: Amount): Pot => {
    const { refunded, pending } = account.pots[pot] ?? { refunded: nothing, pending: nothing };
    return { pot, captured, refunded, pending, refundable: rest(captured, plus(refunded, pending)) };
  };
  const payments = captures(order).map(({ key, minor }) => standing(`payment:${key}`, { ...nothing, minor }));
  const capturedMinor = sumOf(payments.map(({ captured }) => captured.minor));
  const dueMinor = dueOf(order);
  const shippingTaxMinor = order.taxMinor - sumOf(order.lines.map(({ taxMinor }) => taxMinor));
  const shipping = {
    minor: order.shippingMinor + (order.taxIncluded ? 0 : shippingTaxMinor),
    taxMinor: shippingTaxMinor,
    quantity: 0,
  };
  const goods = [
    ...order.lines.map((line) => standing(linePot(line), isExpired(order) ? nothing : worthOf(line))),
    // What was taken for lines that an edit removed since.
    ...removedFrom(order, account).map((pot) => standing(pot, nothing)),
    ...order.charges.map(({ chargeId, amountMinor }) =>
      standing(chargePot(chargeId), dueMinor === 0 ? nothing : { ...nothing, minor: amountMinor }),
    ),
    standing('shipping', dueMinor === 0 ? nothing : shipping),
  ];
  // What was refunded before it was cancelled is not overpaid: it went back already.
  const goneMinor = sumOf(goods.map(({ captured, refunded, pending }) => overdrawn(captured, plus(refunded, pending))));
  const overpaidMinor = Math.max(0, capturedMinor - dueMinor - goneMinor);
  return { goods: [...goods, standing('overpaid', { ...nothing, minor: overpaidMinor })], payments };
}

/** Nothing is due for what the buyer will not get, however late the money came. */
const isExpired = ({ status }: Ordered): boolean => status === 'expired';
const dueOf = (order: Ordered): number => (isExpired(order) ? 0 : order.totalMinor - order.cancelledMinor);

export const chargePot = (chargeId: string): PotName => `charge:${chargeId}`;
const linePot = ({ lineId }: { lineId: string }): PotName => `line:${lineId}`;

function removedFrom({ lines }: Ordered, { pots }: Account): PotName[] {
  const present = new Set(lines.map(linePot));
  return Object.keys(pots).filter((pot) => pot.startsWith('line:') && !present.has(pot));
}

/** What the units of a line that were not cancelled are worth, as the cancellation left it. */
function worthOf({ totalMinor, taxMinor, quantity, cancelledQuantity }: Ordered['lines'][number]): Amount {
  const left = quantity - cancelledQuantity;
  const shareOf = (whole: number) => whole - (allocate(whole, [cancelledQuantity, left])[0] ?? 0);
  return { minor: shareOf(totalMinor), taxMinor: shareOf(taxMinor), quantity: left };
}

/** Captured money by payment, the newest capture first. */
function captures({ payments, currency }: Ordered): { key: string; minor: number }[] {
  const captured = payments.filter((payment) => payment.type === 'payment.captured' && payment.currency === currency);
  const newestFirst = captured.toSorted(
    (a, b) => Date.parse(b.occurredAt) - Date.parse(a.occurredAt) || (a.eventId < b.eventId ? 1 : -1),
  );
  const byPayment = Map.groupBy(newestFirst, ({ provider, paymentId }) => `${provider}/${paymentId}`);
  return [...byPayment].map(([key, own]) => ({ key, minor: sumOf(own.map(({ amountMinor }) => amountMinor)) }));
}
