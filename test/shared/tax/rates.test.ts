import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ratesInForce, taxOf } from '../../../shared/tax/rates.ts';
import type { TaxZone } from '../../../shared/tax/tax-zones.ts';

type Wanted = { tenThousandths: number; compound: boolean }[];
/** Up to 100 percent in ten thousandths of a percent. */
const wantedRates = fc.array(
  fc.record({ tenThousandths: fc.integer({ min: 0, max: 1_000_000 }), compound: fc.boolean() }),
  { minLength: 1, maxLength: 3 },
);
const amounts = fc.integer({ min: 0, max: 1_000_000_000_000 });

const combined = (wanted: Wanted) => {
  const zone: TaxZone = {
    zoneId: 'any',
    name: 'Any',
    country: 'CA',
    rounding: 'line',
    rates: wanted.map(({ tenThousandths, compound }, index) => ({
      rateId: `rate-${index}`,
      name: 'Tax',
      jurisdiction: String(index),
      taxCategory: 'standard',
      compound,
      percentage: `${Math.trunc(tenThousandths / 10_000)}.${String(tenThousandths % 10_000).padStart(4, '0')}`,
      validFrom: '1970-01-01T00:00:00Z',
    })),
  };
  const rates = ratesInForce(zone, 'standard', 0);
  if (!rates) throw new Error('No rates');
  return rates;
};

/** The rates as one fraction, by whole numbers: a compound rate applies to the amount with the rates before it. */
const fractionOf = (wanted: Wanted) => {
  const scale = 1_000_000n;
  return wanted.reduce(
    ({ tax, whole }, { tenThousandths, compound }) => ({
      tax: tax * scale + BigInt(tenThousandths) * (compound ? whole + tax : whole),
      whole: whole * scale,
    }),
    { tax: 0n, whole: 1n },
  );
};

test('a tax on or within an amount is the exact one, rounded half up, for all rates that add up', () => {
  fc.assert(
    fc.property(amounts, wantedRates, fc.boolean(), (amountMinor, wanted, isIncluded) => {
      const { tax, whole } = fractionOf(wanted);
      const [numerator, denominator] = [BigInt(amountMinor) * tax, isIncluded ? whole + tax : whole];
      const rounded = BigInt(taxOf(amountMinor, combined(wanted), isIncluded));
      const twiceTheRest = 2n * (numerator - rounded * denominator);
      expect(twiceTheRest >= -denominator && twiceTheRest < denominator).toBe(true);
    }),
  );
});

test('the tax within an amount with its tax is the tax that was added, within a minor unit', () => {
  fc.assert(
    fc.property(amounts, wantedRates, (netMinor, wanted) => {
      const rates = combined(wanted);
      const added = taxOf(netMinor, rates, false);
      expect(Math.abs(taxOf(netMinor + added, rates, true) - added)).toBeLessThanOrEqual(1);
    }),
  );
});

// Seen failing with `Math.round((amount * percentage) / 100)`, which loses the half.
test.each([
  [90_288_807_000, 2_302_364_579],
  [758_486_363_000, 19_341_402_257],
  [205_864_809_000, 5_249_552_630],
])('2.55 percent of %i is %i, half up', (amountMinor, expected) => {
  expect(taxOf(amountMinor, combined([{ tenThousandths: 25_500, compound: false }]), false)).toBe(expected);
});
