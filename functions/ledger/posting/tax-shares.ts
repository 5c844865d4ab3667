import { allocate } from '../../../shared/money.ts';
import { type OrderTerms, sum } from './order-terms.ts';

/** Shipping is taxed as `standard`, else at the order's only rate. */
export const shippingRate = ({ rates }: OrderTerms): string | undefined =>
  rates.length === 1 ? rates[0]?.rate : rates.find(({ kind }) => kind === 'standard')?.rate;

/** The parts of a tax by rate: of its own, or of the order's rates in proportion to their tax. */
export function taxByRate(tax: number, rate: string | undefined, { rates }: OrderTerms): [string, number][] {
  if (rate !== undefined) return [[rate, tax]];
  const weights = rates.map((each) => each.tax);
  if (sum(weights) === 0) return [[rates[0]?.rate ?? 'unknown:standard', tax]];
  const shares = allocate(Math.abs(tax), weights);
  return rates.map((each, index) => [each.rate, Math.sign(tax) * (shares[index] ?? 0)]);
}
