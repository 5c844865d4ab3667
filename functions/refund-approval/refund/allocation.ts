import { allocate } from '../../../shared/money.ts';
import { chargeComponent, paymentOfComponent } from '../../../shared/refunds/component-values.ts';
import type { OrderSnapshot } from './order-snapshot.ts';
import {
  type Allocation,
  type Amount,
  type Leg,
  minus,
  type RefundLedger,
  sumOf,
  zeroAmount,
} from './refund-ledger.ts';
import { type ComponentName, type RefundableComponent, refundableComponents } from './refundable-components.ts';

/** What a request asks for. A line without an amount is refunded at the value of its units. */
export type RequestedParts = {
  lines?: readonly { lineId: string; quantity: number; amountMinor?: number | undefined }[] | undefined;
  /** @default amountMinor the refundable rest of the charge */
  charges?: readonly { chargeId: string; amountMinor?: number | undefined }[] | undefined;
  shippingMinor?: number | undefined;
  /** Tax alone, over all lines and shipping. */
  taxMinor?: number | undefined;
  overpaidMinor?: number | undefined;
  goodwillMinor?: number | undefined;
  /** Restocking fee or return shipping, deducted from the amounts of lines. */
  deductionMinor?: number | undefined;
};

/** A component that has less than the request asks for. */
export type Shortage = {
  pot: ComponentName;
  requestedMinor: number;
  refundableMinor: number;
  requestedQuantity?: number;
  refundableQuantity?: number;
};

/** Allocates a request to components and splits it over the payments, or returns every shortage. */
export function allocateRefund(
  order: OrderSnapshot,
  ledger: RefundLedger,
  requested: RequestedParts,
): { legs: Leg[]; amountMinor: number } | { shortages: Shortage[] } {
  const { goods, payments } = refundableComponents(order, ledger);
  const byName = new Map(goods.map((component) => [component.pot, component.refundable]));
  const refundableOf = (pot: ComponentName) => byName.get(pot) ?? zeroAmount;
  const shortages: Shortage[] = [];
  const allocations: Allocation[] = [];
  const add = (pot: ComponentName, amount: Amount) => {
    allocations.push({ pot, ...amount });
    byName.set(pot, minus(refundableOf(pot), amount));
  };
  for (const { lineId, quantity, amountMinor } of requested.lines ?? []) {
    const pot = `line:${lineId}`;
    const left = refundableOf(pot);
    const minor = amountMinor ?? prorate(left.minor, quantity, left.quantity);
    if (quantity <= left.quantity && minor <= left.minor) add(pot, { ...withTax(left, minor), quantity });
    else {
      const requestedMinor = amountMinor ?? capturedForUnits(goods, pot, quantity);
      const units = { requestedQuantity: quantity, refundableQuantity: left.quantity };
      shortages.push({ ...shortage(pot, requestedMinor, left), ...units });
    }
  }
  const amounts = [
    ...chargeAmounts(order, requested, refundableOf),
    { pot: 'shipping', minor: requested.shippingMinor ?? 0 },
    { pot: 'overpaid', minor: requested.overpaidMinor ?? 0 },
  ];
  for (const { pot, minor } of amounts) {
    if (minor > refundableOf(pot).minor) shortages.push(shortage(pot, minor, refundableOf(pot)));
    else if (minor > 0) add(pot, withTax(refundableOf(pot), minor));
  }
  allocateTax(requested.taxMinor ?? 0, [...byName], add, shortages);
  if (requested.goodwillMinor) allocations.push({ pot: 'goodwill', ...zeroAmount, minor: requested.goodwillMinor });
  const reduced = deductFromLines(allocations, requested.deductionMinor ?? 0);

  const amountMinor = sumOf(reduced.map(({ minor }) => minor));
  const refundableMinor = sumOf(payments.map(({ refundable }) => refundable.minor));
  if (amountMinor > refundableMinor) {
    shortages.push({ pot: 'payments', requestedMinor: amountMinor, refundableMinor });
  }
  return shortages.length > 0 ? { shortages } : { legs: allocateToPayments(reduced, payments), amountMinor };
}

/** A charge with nothing left is requested at its ordered amount, so that the request is refused. */
const chargeAmounts = (
  order: OrderSnapshot,
  { charges = [] }: RequestedParts,
  refundableOf: (pot: ComponentName) => Amount,
) =>
  charges.map(({ chargeId, amountMinor }) => {
    const pot = chargeComponent(chargeId);
    const ordered = order.charges.find((charge) => charge.chargeId === chargeId);
    return { pot, minor: amountMinor ?? (refundableOf(pot).minor || (ordered?.amountMinor ?? 0)) };
  });

/** The captured amount for units of a line, whether they are refunded or not. */
function capturedForUnits(goods: readonly RefundableComponent[], name: ComponentName, quantity: number): number {
  const { minor, quantity: all } = goods.find(({ pot }) => pot === name)?.captured ?? zeroAmount;
  return prorate(minor, quantity, all);
}

const shortage = (pot: ComponentName, requestedMinor: number, left: Amount): Shortage => ({
  pot,
  requestedMinor,
  refundableMinor: left.minor,
});

/** Rounds down. The last units get the whole rest, so that a line refunded in parts leaves exactly 0. */
export const prorate = (leftMinor: number, quantity: number, leftQuantity: number): number =>
  quantity >= leftQuantity ? leftMinor : Number((BigInt(leftMinor) * BigInt(quantity)) / BigInt(leftQuantity));

const withTax = (left: Amount, minor: number): Amount => ({
  minor,
  taxMinor: minor === left.minor ? left.taxMinor : prorate(left.taxMinor, minor, left.minor),
  quantity: 0,
});

/** Allocates tax alone to every component that has some, in proportion. */
function allocateTax(
  taxMinor: number,
  components: [ComponentName, Amount][],
  add: (pot: ComponentName, amount: Amount) => void,
  shortages: Shortage[],
): void {
  if (taxMinor === 0) return;
  const taxed = components.filter(([, left]) => left.taxMinor > 0);
  const leftMinor = sumOf(taxed.map(([, left]) => left.taxMinor));
  if (taxMinor > leftMinor) {
    shortages.push({ pot: 'tax', requestedMinor: taxMinor, refundableMinor: leftMinor });
    return;
  }
  const shares = allocate(
    taxMinor,
    taxed.map(([, left]) => left.taxMinor),
  );
  for (const [index, [pot]] of taxed.entries()) {
    const minor = shares[index] ?? 0;
    if (minor > 0) add(pot, { minor, taxMinor: minor, quantity: 0 });
  }
}

/** Deducts from the amounts of lines, in proportion, at most their sum. */
export function deductFromLines(allocations: readonly Allocation[], deductionMinor: number): Allocation[] {
  const lines = allocations.filter(({ pot, minor }) => pot.startsWith('line:') && minor > 0);
  const linesMinor = sumOf(lines.map(({ minor }) => minor));
  if (deductionMinor === 0 || linesMinor === 0) return [...allocations];
  const deductions = allocate(
    Math.min(deductionMinor, linesMinor),
    lines.map(({ minor }) => minor),
  );
  return allocations.map((allocation) => {
    const index = lines.indexOf(allocation);
    if (index < 0) return allocation;
    const minor = allocation.minor - (deductions[index] ?? 0);
    return { ...allocation, minor, taxMinor: prorate(allocation.taxMinor, minor, allocation.minor) };
  });
}

/** Splits allocations over payments in the given order: each payment is used up before the next one. */
export function allocateToPayments(
  allocations: readonly Allocation[],
  payments: readonly { pot: ComponentName; refundable: Pick<Amount, 'minor'> }[],
): Leg[] {
  const legs: Leg[] = [];
  const open = allocations.filter(({ minor }) => minor > 0);
  for (const { pot, refundable } of payments) {
    let leftMinor = refundable.minor;
    const own: Allocation[] = [];
    while (leftMinor > 0) {
      const [first] = open;
      if (!first) break;
      const part = firstPartOf(first, Math.min(leftMinor, first.minor));
      own.push(part);
      leftMinor -= part.minor;
      const rest = minus(first, part);
      if (rest.minor > 0) open[0] = { pot: first.pot, ...rest };
      else open.shift();
    }
    const amountMinor = sumOf(own.map(({ minor }) => minor));
    if (amountMinor > 0) legs.push({ ...paymentOfComponent(pot), amountMinor, draws: own });
  }
  // Units with an amount of 0, as where the whole price was deducted, go with the last leg.
  const free = allocations.filter(({ minor, quantity }) => minor === 0 && quantity > 0);
  legs.at(-1)?.draws.push(...free);
  return legs;
}

/** The first part of an allocation, with all of its units and a share of the tax. */
const firstPartOf = (whole: Allocation, minor: number): Allocation => ({
  pot: whole.pot,
  minor,
  taxMinor: minor === whole.minor ? whole.taxMinor : prorate(whole.taxMinor, minor, whole.minor),
  quantity: whole.quantity,
});
