import { allocate } from '../../../shared/money.ts';
import { type OrderTerms, shareOf, sum } from './order-terms.ts';
import type { Line, Rate } from './order-facts.ts';

/** The output tax of a rate, and the amount without tax that it is due on. A refund lowers both. */
export type TaxDue = { base: number; tax: number };
/** By index of the order's rates. */
export type TaxesDue = ReadonlyMap<number, TaxDue>;

/** The rates of an order; an order without any has one of no known country. */
export const ratesOfTerms = ({ rates }: { rates: Rate[] }): Rate[] =>
  rates.length > 0 ? rates : [{ rate: 'unknown:standard', tax: 0 }];

type Taxed = Pick<Line, 'rate' | 'taxedAt'>;
/** What the distribution over rates needs of an order. */
type Terms = { rates: Rate[]; lines: readonly Taxed[] };
type Parts = [index: number, due: TaxDue][];

/** The tax of a line by rate. Several rates of a line, as of a state and a city, have the whole base each. */
export function taxOfLine({ base, tax }: TaxDue, taxed: Taxed | undefined, terms: Terms): Parts {
  const rates = ratesOfTerms(terms);
  const ofAccount = taxed?.rate === undefined ? -1 : rates.findIndex(({ rate }) => rate === taxed.rate);
  const own = (taxed?.taxedAt ?? [ofAccount]).filter((index) => rates[index] !== undefined);
  const [only] = rates.length === 1 ? [0] : own;
  if (only !== undefined && (own.length === 1 || rates.length === 1)) return [[only, { base, tax }]];
  if (own.length > 1) {
    const shares = allocated(
      tax,
      own.map((index) => millionths(rates[index])),
    );
    return own.map((index, part) => [index, { base, tax: shares[part] ?? 0 }]);
  }
  return inProportion({ base, tax }, terms);
}

/** What belongs to no rate of its own, by the rates of the order in proportion to their tax. */
function inProportion({ base, tax }: TaxDue, terms: Terms): Parts {
  const weights = ratesOfTerms(terms).map((each) => each.tax);
  const [taxes, bases] = [allocated(tax, weights), allocated(base, weights)];
  return weights.map((_, index) => [
    index,
    { base: isStacked(terms) ? base : (bases[index] ?? 0), tax: taxes[index] ?? 0 },
  ]);
}

/** Shipping is taxed as its order says, else as `standard`, or at the order's only rate. */
export function taxOfShipping({ base, tax }: TaxDue, terms: Terms): Parts {
  const rates = ratesOfTerms(terms);
  if (rates.length === 1) return [[0, { base, tax }]];
  const [bases, taxes] = [
    rates.map(({ shippingBase = 0 }) => shippingBase),
    rates.map((each) => each.shippingTax ?? 0),
  ];
  const weights = sum(bases) > 0 ? bases : taxes;
  if (sum(weights) <= 0) {
    const standard = rates.findIndex(({ kind }) => kind === 'standard');
    return standard < 0 ? inProportion({ base, tax }, terms) : [[standard, { base, tax }]];
  }
  const shares = { base: allocated(base, weights), tax: allocated(tax, sum(taxes) > 0 ? taxes : weights) };
  return weights.flatMap((weight, index): Parts => {
    if (weight === 0 && taxes[index] === 0) return [];
    return [[index, { base: isStacked(terms) ? base : (shares.base[index] ?? 0), tax: shares.tax[index] ?? 0 }]];
  });
}

const isStacked = ({ lines }: Terms) => lines.some(({ taxedAt = [] }) => taxedAt.length > 1);
const millionths = (rate: Rate | undefined) => Math.round(Number(rate?.percentage ?? 0) * 10_000);

function allocated(amount: number, weights: readonly number[]): number[] {
  const whole = sum(weights);
  if (whole <= 0) return weights.map((_, index) => (index === 0 ? amount : 0));
  return allocate(Math.abs(amount), weights).map((share) => Math.sign(amount) * share || 0);
}

export function addTaxes(taxes: Map<number, TaxDue>, parts: Parts): void {
  for (const [index, { base, tax }] of parts) {
    const before = taxes.get(index) ?? { base: 0, tax: 0 };
    taxes.set(index, { base: before.base + base, tax: before.tax + tax });
  }
}

/** The output tax: at each rate the larger of the captured and the shipped share (L2), less what refunds gave back. */
export function outputTaxes(
  terms: OrderTerms,
  { applied, due, refunded }: { applied: number; due: number; refunded: TaxesDue },
): { output: TaxesDue; beforeRefunds: number } {
  const total = new Map<number, TaxDue>();
  const shipped = new Map<number, TaxDue>();
  for (const line of terms.lines) {
    const whole = { base: line.list - line.discount, tax: line.tax };
    const part = {
      base: shareOf(whole.base, line.shipped, line.quantity),
      tax: shareOf(whole.tax, line.shipped, line.quantity),
    };
    addTaxes(total, taxOfLine(whole, line, terms));
    addTaxes(shipped, taxOfLine(part, line, terms));
  }
  const shipping = taxOfShipping({ base: terms.shipping, tax: terms.shippingTax }, terms);
  addTaxes(total, shipping);
  if (terms.hasShipped) addTaxes(shipped, shipping);
  const output = new Map<number, TaxDue>();
  let beforeRefunds = 0;
  for (const [index, { base, tax }] of total) {
    const of = (amount: number, shippedAmount = 0) => Math.max(shareOf(amount, applied, due), shippedAmount);
    const share = { base: of(base, shipped.get(index)?.base), tax: of(tax, shipped.get(index)?.tax) };
    beforeRefunds += share.tax;
    addTaxes(output, [[index, share]]);
  }
  addTaxes(
    output,
    Array.from(refunded, ([index, { base, tax }]) => [index, { base: -base, tax: -tax }]),
  );
  return { output, beforeRefunds };
}
