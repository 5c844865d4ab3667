import assert from 'node:assert';
import * as z from 'zod';
import { AmountMinor, CurrencyCode } from '../../../shared/names.ts';
import { isPaymentComponent, overpaidComponent, paymentComponent } from '../../../shared/refunds/component-values.ts';
import { RefundedUnits, type UnshippedUnits } from '../../../shared/refunds/refunded-units.ts';

/** Money of a refundable component, the tax included in it and the units it is for. None is negative. */
const Amount = z.object({ minor: AmountMinor, taxMinor: AmountMinor, quantity: z.int().nonnegative() });
export type Amount = z.infer<typeof Amount>;

/** Amounts of one component: refunded, and reserved by refunds that are not paid yet. */
const LedgerEntry = z.object({ refunded: Amount, pending: Amount });
type LedgerEntry = z.infer<typeof LedgerEntry>;

/** Refunded and pending amounts of an order by component. A component without an entry has none. `version` counts writes. */
export const RefundLedger = z.object({
  orderId: z.string(),
  /** Of captures in another currency than the order's, which have a ledger of their own. */
  currency: CurrencyCode.optional(),
  version: z.int().nonnegative(),
  pots: z.record(z.string(), LedgerEntry),
  /** Units that were not shipped when their refund was requested. Shipments must not take them. */
  unshipped: z.array(RefundedUnits).optional(),
});
export type RefundLedger = z.infer<typeof RefundLedger>;

export const emptyLedger = (orderId: string, currency?: string): RefundLedger => ({
  orderId,
  ...(currency !== undefined && { currency }),
  version: 0,
  pots: {},
});

/** The part of a refund that is for one component; `pot` is the component's name. */
const Allocation = Amount.extend({ pot: z.string() });
export type Allocation = z.infer<typeof Allocation>;

/** The part of a refund that goes to one payment. The amounts of its allocations (`draws`) sum to its own. */
export const Leg = z.object({
  provider: z.string(),
  paymentId: z.string(),
  amountMinor: z.int().positive(),
  draws: z.array(Allocation),
});
export type Leg = z.infer<typeof Leg>;

export const zeroAmount: Amount = { minor: 0, taxMinor: 0, quantity: 0 };
export const plus = (a: Amount, b: Amount): Amount => ({
  minor: a.minor + b.minor,
  taxMinor: a.taxMinor + b.taxMinor,
  quantity: a.quantity + b.quantity,
});
export const minus = (a: Amount, b: Amount): Amount => ({
  minor: a.minor - b.minor,
  taxMinor: a.taxMinor - b.taxMinor,
  quantity: a.quantity - b.quantity,
});
export const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);

/** Reserves the amounts of the legs, so that no other refund can be allocated the same money. */
export const reserve = (ledger: RefundLedger, legs: readonly Leg[]): RefundLedger =>
  legs.reduce(
    (sum, leg) =>
      updateEntries(sum, allocationsOf(leg), ({ refunded, pending }, amount) => ({
        refunded,
        pending: plus(pending, amount),
      })),
    ledger,
  );

/** Moves the amounts of a paid leg from pending to refunded. */
export const settle = (ledger: RefundLedger, leg: Leg): RefundLedger =>
  updateEntries(ledger, allocationsOf(leg), ({ refunded, pending }, amount) => ({
    refunded: plus(refunded, amount),
    pending: minus(pending, amount),
  }));

/** Releases the reserved amounts of a leg that will not be paid: they are refundable again. */
export const release = (ledger: RefundLedger, leg: Leg): RefundLedger =>
  updateEntries(ledger, allocationsOf(leg), ({ refunded, pending }, amount) => ({
    refunded,
    pending: minus(pending, amount),
  }));

/** Reverses a paid leg whose money the provider returned to the store: it is refundable again. */
export const reverse = (ledger: RefundLedger, leg: Leg): RefundLedger =>
  updateEntries(ledger, allocationsOf(leg), ({ refunded, pending }, amount) => ({
    refunded: minus(refunded, amount),
    pending,
  }));

/** Counts returned units as refunded although the fees left nothing to pay, so that no later refund includes them. */
export const settleUnpaidUnits = (ledger: RefundLedger, units: readonly Allocation[]): RefundLedger =>
  updateEntries(ledger, units, ({ refunded, pending }, amount) => ({ refunded: plus(refunded, amount), pending }));

/** The leg's allocations to components, and the one to the payment that its money goes to. */
const allocationsOf = (leg: Leg): Allocation[] => [
  ...leg.draws,
  { pot: paymentComponent(leg), ...zeroAmount, minor: leg.amountMinor },
];

function updateEntries(
  ledger: RefundLedger,
  allocations: readonly Allocation[],
  update: (entry: LedgerEntry, amount: Amount) => LedgerEntry,
): RefundLedger {
  const pots = new Map(Object.entries(ledger.pots));
  for (const { pot, ...amount } of allocations) {
    const entry = update(pots.get(pot) ?? { refunded: zeroAmount, pending: zeroAmount }, amount);
    for (const { minor, taxMinor, quantity } of [entry.refunded, entry.pending]) {
      assert(minor >= 0 && taxMinor >= 0 && quantity >= 0, `More was released from ${pot} than was reserved`);
    }
    pots.set(pot, entry);
  }
  return { ...ledger, pots: Object.fromEntries(pots) };
}

/** The ledger with the unshipped units of a refund instead of those that it had before. */
export function withUnshipped(ledger: RefundLedger, refundId: string, units: readonly UnshippedUnits[]): RefundLedger {
  const others = ledger.unshipped?.filter((unit) => unit.refundId !== refundId) ?? [];
  if (units.length === 0 && ledger.unshipped === undefined) return ledger;
  return { ...ledger, unshipped: [...others, ...units.map((unit) => ({ refundId, ...unit }))] };
}

/** The refunded and pending amount of the order, without overpaid money. */
export const refundedAndPendingMinor = ({ pots }: RefundLedger): number =>
  sumOf(
    Object.entries(pots)
      .filter(([pot]) => !isPaymentComponent(pot) && pot !== overpaidComponent)
      .map(([, { refunded, pending }]) => refunded.minor + pending.minor),
  );
