import assert from 'node:assert';
import { allocate } from '../money.ts';
import { type CombinedRates, ratesInForce, standardCategory, taxOf } from './rates.ts';
import type { Taxation } from './taxation.ts';

/** An amount to tax: a line after its discount, or shipping. `key` has its content, so that equal parts are equal. */
export type TaxedPart = { key: string; taxCategory: string; amountMinor: number };

/** The tax of one rate in an order. */
export type TaxByRate = {
  rateId: string;
  name: string;
  jurisdiction: string;
  percentage: string;
  kind?: string | undefined;
  /** Why nothing is due, for a relief. */
  reason?: string | undefined;
  /** The tax categories to which the rate applies in the order; undefined for a relief, which applies to all. */
  taxCategories?: string[] | undefined;
  /** Amounts without tax to which the rate applies. */
  taxableMinor: number;
  taxMinor: number;
};

/** The tax categories without a rate at the time of the taxation, not even a standard one. */
export const untaxable = (categories: readonly string[], { zone, at }: Taxation): string[] =>
  [...new Set(categories)].filter((category) => ratesInForce(zone, category, at) === undefined);

/** The tax of each part, rounded per part, or once for all parts of the same rates and allocated to them. */
export function taxOfParts(parts: readonly TaxedPart[], taxation: Taxation): number[] {
  if (taxation.relief) return parts.map(() => 0);
  const { taxIncluded } = taxation;
  const taxes = new Map<TaxedPart, number>();
  for (const { rates, parts: group } of groupsOf(parts, taxation)) {
    const amounts = group.map(({ amountMinor }) => amountMinor);
    const shares =
      taxation.zone.rounding === 'line'
        ? amounts.map((amount) => taxOf(amount, rates, taxIncluded))
        : allocated(taxOf(sumOf(amounts), rates, taxIncluded), group);
    for (const [index, part] of group.entries()) taxes.set(part, shares[index] ?? 0);
  }
  return parts.map((part) => taxes.get(part) ?? 0);
}

const allocated = (totalMinor: number, group: readonly TaxedPart[]): number[] =>
  totalMinor === 0
    ? group.map(() => 0)
    : allocate(
        totalMinor,
        group.map(({ amountMinor }) => amountMinor),
        group.map(({ key }) => key),
      );

/**
 * The tax by rate, sorted by rate: the taxes of the parts, each allocated to its rates. A relief has one entry for all
 * parts. The taxes sum to those of the parts.
 */
export function taxesByRate(parts: readonly (TaxedPart & { taxMinor: number })[], taxation: Taxation): TaxByRate[] {
  const { relief, zone, taxIncluded } = taxation;
  const taxableOf = (group: readonly (TaxedPart & { taxMinor: number })[]) =>
    sumOf(group.map(({ amountMinor, taxMinor }) => amountMinor - (taxIncluded ? taxMinor : 0)));
  if (relief) {
    const { kind, name, reason } = relief;
    const taxMinor = sumOf(parts.map((part) => part.taxMinor));
    const entry = { rateId: kind, name, jurisdiction: zone.country, percentage: '0', kind: 'zero' };
    return [{ ...entry, reason, taxableMinor: taxableOf(parts), taxMinor }];
  }
  const byRate = new Map<string, TaxByRate>();
  for (const { rates, parts: group } of groupsOf(parts, taxation)) {
    const roundings = zone.rounding === 'line' ? group.map((part) => [part]) : [group];
    const shares = roundings.map((rounded) => sharesOf(sumOf(rounded.map(({ taxMinor }) => taxMinor)), rates));
    for (const [index, { rateId, name, jurisdiction, percentage, kind }] of rates.rates.entries()) {
      const { taxableMinor = 0, taxMinor = 0, taxCategories = [] } = byRate.get(rateId) ?? {};
      byRate.set(rateId, {
        rateId,
        name,
        jurisdiction,
        percentage,
        kind,
        taxCategories: [...new Set([...taxCategories, ...group.map(({ taxCategory }) => taxCategory)])].toSorted(),
        taxableMinor: taxableMinor + taxableOf(group),
        taxMinor: taxMinor + sumOf(shares.map((share) => share[index] ?? 0)),
      });
    }
  }
  return [...byRate.values()].toSorted((a, b) => (a.rateId < b.rateId ? -1 : 1));
}

/** Tax allocated to its rates. Tax that a channel states at a rate of zero belongs to the first rate. */
const sharesOf = (taxMinor: number, { shares, sum }: CombinedRates): number[] =>
  sum === 0n ? shares.map((_share, index) => (index === 0 ? taxMinor : 0)) : allocate(taxMinor, shares);

/** The tax removed from an amount that contains it. */
export const taxWithin = (amountMinor: number, taxCategory: string, { zone, at }: Taxation): number => {
  const rates = ratesInForce(zone, taxCategory, at);
  return rates ? taxOf(amountMinor, rates, true) : 0;
};

/** The tax to add to an amount without tax. */
export const taxOnTop = (amountMinor: number, taxCategory: string, { zone, at }: Taxation): number => {
  const rates = ratesInForce(zone, taxCategory, at);
  return rates ? taxOf(amountMinor, rates, false) : 0;
};

/** The parts by the rates that apply to them. */
function groupsOf<P extends TaxedPart>(parts: readonly P[], { zone, at }: Taxation) {
  const groups = new Map<string, { rates: CombinedRates; parts: P[] }>();
  const byCategory = Map.groupBy(parts, ({ taxCategory }) => taxCategory);
  for (const [category, group] of byCategory) {
    const rates = ratesInForce(zone, category, at);
    assert(rates, `The zone ${zone.zoneId} has no rate of the tax category ${category}`);
    const id = rates.rates.map(({ rateId }) => rateId).join('\0');
    const earlier = groups.get(id);
    groups.set(id, { rates, parts: [...(earlier?.parts ?? []), ...group] });
  }
  return [...groups.values()];
}

/** The amount of shipping as parts to tax: of its own category, or by the rates of the goods in their proportion. */
export function shippingParts(
  shippingMinor: number,
  { taxCategory = 'shipping', taxed }: { taxCategory?: string | undefined; taxed?: 'proportional' | undefined },
  goods: readonly TaxedPart[],
): TaxedPart[] {
  if (taxed === undefined) return [{ key: 'shipping', taxCategory, amountMinor: shippingMinor }];
  const byCategory = [...Map.groupBy(goods, (part) => part.taxCategory)].map(([category, parts]) => ({
    category,
    weight: sumOf(parts.map(({ amountMinor }) => amountMinor)),
  }));
  const weighted = byCategory.filter(({ weight }) => weight > 0);
  if (weighted.length === 0) return [{ key: 'shipping', taxCategory: standardCategory, amountMinor: shippingMinor }];
  const categories = weighted.map(({ category }) => category);
  const shares = allocate(
    shippingMinor,
    weighted.map(({ weight }) => weight),
    categories,
  );
  return categories.map((category, index) => ({
    key: `shipping\0${category}`,
    taxCategory: category,
    amountMinor: shares[index] ?? 0,
  }));
}

const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);
