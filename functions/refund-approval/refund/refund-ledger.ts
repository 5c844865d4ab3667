import assert from 'node:assert';
import * as z from 'zod';
import { AmountMinor } from '../../../shared/names.ts';

/** An amount of a pot with the tax in it and the units it is for; all of them zero or more. */
const Amount = z.object({ minor: AmountMinor, taxMinor: AmountMinor, quantity: z.int().nonnegative() });
export type Amount = z.infer<typeof Amount>;

/** What was taken from a pot: for good, and by refunds that are on their way. */
const Taken = z.object({ refunded: Amount, pending: Amount });

/** What was taken from the pots of an order; a pot that is absent is untouched. `version` counts the changes. */
export const Account = z.object({
  orderId: z.string(),
  version: z.int().nonnegative(),
  pots: z.record(z.string(), Taken),
});
export type Account = z.infer<typeof Account>;

export const untouched = (orderId: string): Account => ({ orderId, version: 0, pots: {} });

const Draw = Amount.extend({ pot: z.string() });
export type Draw = z.infer<typeof Draw>;

/** The part of a refund that goes back to one payment, and the pots it is for; their amounts sum to its own. */
export const Leg = z.object({
  provider: z.string(),
  paymentId: z.string(),
  amountMinor: z.int().positive(),
  draws: z.array(Draw),
});
export type Leg = z.infer<typeof Leg>;

export const nothing: Amount = { minor: 0, taxMinor: 0, quantity: 0 };
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
export const paymentPot = ({ provider, paymentId }: Pick<Leg, 'provider' | 'paymentId'>): string =>
  `payment:${provider}/${paymentId}`;

/** Sets the leg's amounts aside, so that no other refund can draw them. */
export const reserve = (account: Account, legs: readonly Leg[]): Account =>
  legs.reduce(
    (sum, leg) => change(sum, partsOf(leg), ({ refunded, pending }, by) => ({ refunded, pending: plus(pending, by) })),
    account,
  );

/** The leg was paid: what was set aside is gone for good. */
export const settle = (account: Account, leg: Leg): Account =>
  change(account, partsOf(leg), ({ refunded, pending }, by) => ({
    refunded: plus(refunded, by),
    pending: minus(pending, by),
  }));

/** The leg will not be paid: what was set aside is refundable again. */
export const giveBack = (account: Account, leg: Leg): Account =>
  change(account, partsOf(leg), ({ refunded, pending }, by) => ({ refunded, pending: minus(pending, by) }));

/** The provider took a paid leg back: the money is with the store again. */
export const reverse = (account: Account, leg: Leg): Account =>
  change(account, partsOf(leg), ({ refunded, pending }, by) => ({ refunded: minus(refunded, by), pending }));

/** Units came back and got nothing, as the fees took it all: nobody can have them refunded again. */
export const takeBack = (account: Account, units: readonly Draw[]): Account =>
  change(account, units, ({ refunded, pending }, by) => ({ refunded: plus(refunded, by), pending }));

/** What a leg takes from the pots it is for, and from the payment it goes back to. */
const partsOf = (leg: Leg): Draw[] => [...leg.draws, { pot: paymentPot(leg), ...nothing, minor: leg.amountMinor }];

type TakenAmounts = z.infer<typeof Taken>;

function change(
  account: Account,
  parts: readonly Draw[],
  by: (taken: TakenAmounts, amount: Amount) => TakenAmounts,
): Account {
  const pots = { ...account.pots };
  for (const { pot, ...amount } of parts) {
    const taken = by(pots[pot] ?? { refunded: nothing, pending: nothing }, amount);
    for (const { minor, taxMinor, quantity } of [taken.refunded, taken.pending]) {
      assert(minor >= 0 && taxMinor >= 0 && quantity >= 0, `More was given back to ${pot} than was taken`);
    }
    pots[pot] = taken;
  }
  return { ...account, pots };
}

export const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);

/** What refunds of the order took and will take, but for what was paid too much. */
export const takenFrom = ({ pots }: Account): number =>
  sumOf(
    Object.entries(pots)
      .filter(([pot]) => !pot.startsWith('payment:') && pot !== 'overpaid')
      .map(([, { refunded, pending }]) => refunded.minor + pending.minor),
  );
