import assert from 'node:assert';
import * as z from 'zod';
import { allocate } from '../../shared/money.ts';
import { AmountMinor } from '../../shared/names.ts';
import type { Ordered } from './ordered.ts';

/**
 * A pot holds money of an order that can be refunded, and knows what was taken from it. A pot is named `line:<lineId>`,
 * `shipping`, `overpaid` (captured beyond what is due, as after a cancellation), `goodwill`, or, for where the money
 * comes from, `payment:<provider>/<paymentId>`.
 */
type PotName = string;

/** An amount of a pot with the tax in it and the units it is for; all of them zero or more. */
const Amount = z.object({ minor: AmountMinor, taxMinor: AmountMinor, quantity: z.int().nonnegative() });
type Amount = z.infer<typeof Amount>;

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

/** A pot as it stands; refundable is what is there less what was taken. */
export type Pot = { pot: PotName; captured: Amount; refunded: Amount; pending: Amount; refundable: Amount };

const nothing: Amount = { minor: 0, taxMinor: 0, quantity: 0 };
const plus = (a: Amount, b: Amount): Amount => ({
  minor: a.minor + b.minor,
  taxMinor: a.taxMinor + b.taxMinor,
  quantity: a.quantity + b.quantity,
});
const minus = (a: Amount, b: Amount): Amount => ({
  minor: a.minor - b.minor,
  taxMinor: a.taxMinor - b.taxMinor,
  quantity: a.quantity - b.quantity,
});
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
  const dueMinor = order.totalMinor - order.cancelledMinor;
  const isWholeCancelled = order.cancelledMinor === order.totalMinor;
  const shippingTaxMinor = order.taxMinor - sumOf(order.lines.map(({ taxMinor }) => taxMinor));
  const shipping = {
    minor: order.shippingMinor + (order.taxIncluded ? 0 : shippingTaxMinor),
    taxMinor: shippingTaxMinor,
    quantity: 0,
  };
  const goods = [
    ...order.lines.map((line) => standing(`line:${line.lineId}`, worthOf(line))),
    standing('shipping', isWholeCancelled ? nothing : shipping),
  ];
  // What was refunded before it was cancelled is not overpaid: it went back already.
  const goneMinor = sumOf(goods.map(({ captured, refunded, pending }) => overdrawn(captured, plus(refunded, pending))));
  const overpaidMinor = Math.max(0, capturedMinor - dueMinor - goneMinor);
  return { goods: [...goods, standing('overpaid', { ...nothing, minor: overpaidMinor })], payments };
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

/** What somebody wants back. A line without an amount is refunded at what its units are worth. */
export type Wanted = {
  lines?: readonly { lineId: string; quantity: number; amountMinor?: number | undefined }[] | undefined;
  shippingMinor?: number | undefined;
  /** Tax alone, of all lines and shipping together. */
  taxMinor?: number | undefined;
  overpaidMinor?: number | undefined;
  goodwillMinor?: number | undefined;
  /** Held back for restocking or the way back, from what lines would get. */
  deductionMinor?: number | undefined;
};

/** Why pots cannot give what is wanted; `refundable` is what they can. */
export type Shortage = {
  pot: PotName;
  requestedMinor: number;
  refundableMinor: number;
  requestedQuantity?: number;
  refundableQuantity?: number;
};

/** Draws what is wanted from the pots and shares it over the payments, or tells all that is short. */
export function draw(
  order: Ordered,
  account: Account,
  wanted: Wanted,
): { legs: Leg[]; amountMinor: number } | { short: Shortage[] } {
  const { goods, payments } = potsOf(order, account);
  const byName = new Map(goods.map((pot) => [pot.pot, pot.refundable]));
  const leftOf = (pot: PotName) => byName.get(pot) ?? nothing;
  const short: Shortage[] = [];
  const draws: Draw[] = [];
  const take = (pot: PotName, amount: Amount) => {
    draws.push({ pot, ...amount });
    byName.set(pot, minus(leftOf(pot), amount));
  };
  for (const { lineId, quantity, amountMinor } of wanted.lines ?? []) {
    const pot = `line:${lineId}`;
    const left = leftOf(pot);
    const minor = amountMinor ?? shareOf(left.minor, quantity, left.quantity);
    if (quantity <= left.quantity && minor <= left.minor) take(pot, { ...taxed(left, minor), quantity });
    else {
      const worthMinor = amountMinor ?? worthOfUnits(goods, pot, quantity);
      const units = { requestedQuantity: quantity, refundableQuantity: left.quantity };
      short.push({ ...shortage(pot, worthMinor, left), ...units });
    }
  }
  for (const [pot, minor] of [
    ['shipping', wanted.shippingMinor ?? 0],
    ['overpaid', wanted.overpaidMinor ?? 0],
  ] as const) {
    if (minor > leftOf(pot).minor) short.push(shortage(pot, minor, leftOf(pot)));
    else if (minor > 0) take(pot, taxed(leftOf(pot), minor));
  }
  takeTax(wanted.taxMinor ?? 0, [...byName], take, short);
  if (wanted.goodwillMinor) draws.push({ pot: 'goodwill', ...nothing, minor: wanted.goodwillMinor });
  const reduced = lessDeduction(draws, wanted.deductionMinor ?? 0);

  const amountMinor = sumOf(reduced.map(({ minor }) => minor));
  const refundableMinor = sumOf(payments.map(({ refundable }) => refundable.minor));
  if (amountMinor > refundableMinor) {
    short.push({ pot: 'payments', requestedMinor: amountMinor, refundableMinor });
  }
  return short.length > 0 ? { short } : { legs: legsOf(reduced, payments), amountMinor };
}

/** What so many units of a line were paid with, whether they are still there or not. */
function worthOfUnits(goods: readonly Pot[], name: PotName, quantity: number): number {
  const { minor, quantity: all } = goods.find(({ pot }) => pot === name)?.captured ?? nothing;
  return shareOf(minor, quantity, all);
}

const shortage = (pot: PotName, requestedMinor: number, left: Amount): Shortage => ({
  pot,
  requestedMinor,
  refundableMinor: left.minor,
});

/** The share of what is left; the last units take all of it, so that a line refunded whole leaves nothing. */
export const shareOf = (leftMinor: number, quantity: number, leftQuantity: number): number =>
  quantity >= leftQuantity ? leftMinor : Number((BigInt(leftMinor) * BigInt(quantity)) / BigInt(leftQuantity));

const taxed = (left: Amount, minor: number): Amount => ({
  minor,
  taxMinor: minor === left.minor ? left.taxMinor : shareOf(left.taxMinor, minor, left.minor),
  quantity: 0,
});

/** Takes tax alone, from every pot that has some, in proportion. */
function takeTax(
  taxMinor: number,
  pots: [PotName, Amount][],
  take: (pot: PotName, amount: Amount) => void,
  short: Shortage[],
): void {
  if (taxMinor === 0) return;
  const taxedPots = pots.filter(([, left]) => left.taxMinor > 0);
  const leftMinor = sumOf(taxedPots.map(([, left]) => left.taxMinor));
  if (taxMinor > leftMinor) {
    short.push({ pot: 'tax', requestedMinor: taxMinor, refundableMinor: leftMinor });
    return;
  }
  const shares = allocate(
    taxMinor,
    taxedPots.map(([, left]) => left.taxMinor),
  );
  for (const [index, [pot]] of taxedPots.entries()) {
    const minor = shares[index] ?? 0;
    if (minor > 0) take(pot, { minor, taxMinor: minor, quantity: 0 });
  }
}

/** Holds the deduction back from what lines get, in proportion; never more than that. */
export function lessDeduction(draws: readonly Draw[], deductionMinor: number): Draw[] {
  const lines = draws.filter(({ pot, minor }) => pot.startsWith('line:') && minor > 0);
  const linesMinor = sumOf(lines.map(({ minor }) => minor));
  if (deductionMinor === 0 || linesMinor === 0) return [...draws];
  const held = allocate(
    Math.min(deductionMinor, linesMinor),
    lines.map(({ minor }) => minor),
  );
  return draws.map((each) => {
    const index = lines.indexOf(each);
    if (index < 0) return each;
    const minor = each.minor - (held[index] ?? 0);
    return { ...each, minor, taxMinor: shareOf(each.taxMinor, minor, each.minor) };
  });
}

/** Shares draws over payments, the newest first: each payment gives what it has until all is given. */
export function legsOf(
  draws: readonly Draw[],
  payments: readonly { pot: PotName; refundable: Pick<Amount, 'minor'> }[],
): Leg[] {
  const legs: Leg[] = [];
  const open = draws.filter(({ minor }) => minor > 0);
  for (const { pot, refundable } of payments) {
    let leftMinor = refundable.minor;
    const own: Draw[] = [];
    while (leftMinor > 0) {
      const [first] = open;
      if (!first) break;
      const part = partOf(first, Math.min(leftMinor, first.minor));
      own.push(part);
      leftMinor -= part.minor;
      const remaining = minus(first, part);
      if (remaining.minor > 0) open[0] = { pot: first.pot, ...remaining };
      else open.shift();
    }
    const amountMinor = sumOf(own.map(({ minor }) => minor));
    if (amountMinor > 0) legs.push({ ...paymentOf(pot), amountMinor, draws: own });
  }
  // Units that are refunded for nothing, as where the whole price was deducted, go with the last leg.
  const free = draws.filter(({ minor, quantity }) => minor === 0 && quantity > 0);
  legs.at(-1)?.draws.push(...free);
  return legs;
}

/** The first part of a draw: its units go with it, and its share of the tax. */
const partOf = (whole: Draw, minor: number): Draw => ({
  pot: whole.pot,
  minor,
  taxMinor: minor === whole.minor ? whole.taxMinor : shareOf(whole.taxMinor, minor, whole.minor),
  quantity: whole.quantity,
});

function paymentOf(pot: PotName): { provider: string; paymentId: string } {
  const key = pot.slice('payment:'.length);
  const slash = key.indexOf('/');
  return { provider: key.slice(0, slash), paymentId: key.slice(slash + 1) };
}

export const paymentPot = ({ provider, paymentId }: Pick<Leg, 'provider' | 'paymentId'>): PotName =>
  `payment:${provider}/${paymentId}`;

/** Sets the leg's amounts aside, so that no other refund can draw them. */
export const reserve = (account: Account, legs: readonly Leg[]): Account =>
  legs.reduce(
    (sum, leg) => change(sum, leg, ({ refunded, pending }, by) => ({ refunded, pending: plus(pending, by) })),
    account,
  );

/** The leg was paid: what was set aside is gone for good. */
export const settle = (account: Account, leg: Leg): Account =>
  change(account, leg, ({ refunded, pending }, by) => ({ refunded: plus(refunded, by), pending: minus(pending, by) }));

/** The leg will not be paid: what was set aside is refundable again. */
export const giveBack = (account: Account, leg: Leg): Account =>
  change(account, leg, ({ refunded, pending }, by) => ({ refunded, pending: minus(pending, by) }));

/** The provider took a paid leg back: the money is with the store again. */
export const reverse = (account: Account, leg: Leg): Account =>
  change(account, leg, ({ refunded, pending }, by) => ({ refunded: minus(refunded, by), pending }));

type TakenAmounts = z.infer<typeof Taken>;

function change(account: Account, leg: Leg, by: (taken: TakenAmounts, amount: Amount) => TakenAmounts): Account {
  const pots = { ...account.pots };
  for (const { pot, ...amount } of [...leg.draws, { pot: paymentPot(leg), ...nothing, minor: leg.amountMinor }]) {
    const taken = by(pots[pot] ?? { refunded: nothing, pending: nothing }, amount);
    for (const { minor, taxMinor, quantity } of [taken.refunded, taken.pending]) {
      assert(minor >= 0 && taxMinor >= 0 && quantity >= 0, `More was given back to ${pot} than was taken`);
    }
    pots[pot] = taken;
  }
  return { ...account, pots };
}

const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);

/** What refunds of the order took and will take, but for what was paid too much. */
export const takenFrom = ({ pots }: Account): number =>
  sumOf(
    Object.entries(pots)
      .filter(([pot]) => !pot.startsWith('payment:') && pot !== 'overpaid')
      .map(([, { refunded, pending }]) => refunded.minor + pending.minor),
  );
