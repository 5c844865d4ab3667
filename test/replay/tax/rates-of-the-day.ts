/**
 * Standard rates of VAT in the sample's time, in basis points, from the day on: London's days, as the store's offices are
 * closed when the day of another time zone begins. Written down here once more, and not read from `shared/tax/seed`, so
 * that a mistake there makes the reconciliation fail. Sources: HMRC, "VAT rates" (GB: 17.5 % until 2011-01-03); European
 * Commission, "VAT Rates Applied in the Member States of the European Union", situation at 2011-07-01 and its table of the
 * evolution of rates (PL and PT from 2011-01-01, IT from 2011-09-17).
 */
const standardRates: Record<string, [from: string, basisPoints: number][]> = {
  GB: [
    ['2010-01-01', 1750],
    ['2011-01-04', 2000],
  ],
  AT: [['2010-01-01', 2000]],
  BE: [['2010-01-01', 2100]],
  CY: [['2010-01-01', 1500]],
  CZ: [['2010-01-01', 2000]],
  DE: [['2010-01-01', 1900]],
  DK: [['2010-01-01', 2500]],
  ES: [['2010-07-01', 1800]],
  FI: [['2010-07-01', 2300]],
  FR: [['2010-01-01', 1960]],
  GR: [['2010-07-01', 2300]],
  IE: [['2010-01-01', 2100]],
  IT: [
    ['2010-01-01', 2000],
    ['2011-09-17', 2100],
  ],
  LT: [['2010-01-01', 2100]],
  MT: [['2010-01-01', 1800]],
  NL: [['2010-01-01', 1900]],
  PL: [
    ['2010-01-01', 2200],
    ['2011-01-01', 2300],
  ],
  PT: [
    ['2010-07-01', 2100],
    ['2011-01-01', 2300],
  ],
  SE: [['2010-01-01', 2500]],
};

/** Taxed as at home: an address without a country, as the store cannot prove an export. */
const asAtHome = new Set(['ZZ']);

/** The rate of goods sent to a country on a day (YYYY-MM-DD), in basis points; undefined for an export, which is zero-rated. */
export function rateOfTheDay(country: string, day: string): number | undefined {
  const rates = standardRates[asAtHome.has(country) ? 'GB' : country];
  return rates?.findLast(([from]) => from <= day)?.[1];
}

/** The tax within an amount that contains it, rounded half up, in whole numbers. */
export function taxWithinAmount(amountMinor: number, basisPoints: number): number {
  const whole = BigInt(10_000 + basisPoints);
  return Number((2n * BigInt(amountMinor) * BigInt(basisPoints) + whole) / (2n * whole));
}
