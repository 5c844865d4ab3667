import { allocate } from '../../../shared/money.ts';
import { type Account, type Amount, type Draw, type Leg, minus, nothing, sumOf } from './refund-ledger.ts';
import type { Ordered } from './order-snapshot.ts';
import { chargePot, type Pot, type PotName, potsOf } from './refundable-components.ts';

/** What somebody wants back. A line without an amount is refunded at what its units are worth. */
export type Wanted = {
  lines?: readonly { lineId: string; quantity: number; amountMinor?: number | undefined }[] | undefined;
  /** Without an amount, all that is left of it. */
  charges?: readonly { chargeId: string; amountMinor?: number | undefined }[] | undefined;
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
  const amounts = [
    ...chargesOf(order, wanted, leftOf),
    { pot: 'shipping', minor: wanted.shippingMinor ?? 0 },
    { pot: 'overpaid', minor: wanted.overpaidMinor ?? 0 },
  ];
  for (const { pot, minor } of amounts) {
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

/** How much of each charge is wanted. One that has nothing left is wanted as it was ordered, and so is refused. */
const chargesOf = (order: Ordered, { charges = [] }: Wanted, leftOf: (pot: PotName) => Amount) =>
  charges.map(({ chargeId, amountMinor }) => {
    const pot = chargePot(chargeId);
    const ordered = order.charges.find((charge) => charge.chargeId === chargeId);
    return { pot, minor: amountMinor ?? (leftOf(pot).minor || (ordered?.amountMinor ?? 0)) };
  });

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
