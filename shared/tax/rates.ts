import type { TaxRate, TaxZone } from './tax-zones.ts';
import { roundHalfUp } from '../money.ts';

/** A category of which every zone has rates; they also apply to categories without rates of their own. */
export const standardCategory = 'standard';

/** Rates that apply together, and their sum as an exact fraction of the amount without tax. */
export type CombinedRates = {
  rates: readonly TaxRate[];
  /** Share of each rate: a numerator over `denominator`. */
  shares: readonly bigint[];
  sum: bigint;
  denominator: bigint;
};

/**
 * The rates of a tax category in force at a time, in milliseconds. Undefined if the zone has neither a rate of the category
 * nor a standard rate then.
 */
export function ratesInForce(zone: TaxZone, taxCategory: string, at: number): CombinedRates | undefined {
  const ofCategory = (category: string) =>
    zone.rates.filter((rate) => rate.taxCategory === category && isInForce(rate, at));
  const own = ofCategory(taxCategory);
  const rates = own.length > 0 ? own : ofCategory(standardCategory);
  return rates.length > 0 ? combined(rates) : undefined;
}

const isInForce = ({ validFrom, validTo }: TaxRate, at: number) =>
  Date.parse(validFrom) <= at && (validTo === undefined || at < Date.parse(validTo));

/** Percentages have four decimals at most, so that a rate is a whole number of millionths of the amount. */
const millionth = 1_000_000n;

/** `8.875` as 88,750 millionths. */
function millionthsOf(percentage: string): bigint {
  const [whole = '0', decimals = ''] = percentage.split('.');
  return BigInt(whole + decimals.padEnd(4, '0'));
}

/** Rates add up in their order; a compound rate applies to the amount with the rates before it. */
function combined(rates: readonly TaxRate[]): CombinedRates {
  let [shares, sum, denominator]: [bigint[], bigint, bigint] = [[], 0n, 1n];
  for (const { percentage, compound } of rates) {
    const share = millionthsOf(percentage) * (compound ? denominator + sum : denominator);
    shares = [...shares.map((earlier) => earlier * millionth), share];
    sum = sum * millionth + share;
    denominator *= millionth;
  }
  return { rates, shares, sum, denominator };
}

/** The tax included in, or added to, an amount in minor units, rounded half up. */
export const taxOf = (amountMinor: number, { sum, denominator }: CombinedRates, isIncluded: boolean): number =>
  roundHalfUp(BigInt(amountMinor) * sum, isIncluded ? denominator + sum : denominator);
