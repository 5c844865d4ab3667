import { anyCountry, comparablePostalCode, type TaxZone } from './tax-zones.ts';

/** Where goods go, as far as it decides on the tax. */
export type Destination = {
  country: string;
  state?: string | undefined;
  postalCode?: string | undefined;
};

/**
 * The most specific zone of an address: by postal code, then by region, then by country, then the rest of the world.
 * Of two equally specific zones the first by id. Undefined if no zone applies.
 */
export function zoneOf(destination: Destination, zones: readonly TaxZone[]): TaxZone | undefined {
  const matching = zones.filter((zone) => isWithin(destination, zone));
  return matching.toSorted((a, b) => specificity(b) - specificity(a) || (a.zoneId < b.zoneId ? -1 : 1))[0];
}

/** The zone of an order without an address: that of the store. */
export const homeZoneOf = (zones: readonly TaxZone[]): TaxZone | undefined =>
  zones
    .filter(({ treatment = 'domestic' }) => treatment === 'domestic')
    .toSorted((a, b) => specificity(a) - specificity(b) || (a.zoneId < b.zoneId ? -1 : 1))
    .toSorted((a, b) => Number(a.country === anyCountry) - Number(b.country === anyCountry))[0];

const specificity = ({ postalRanges, region, country }: TaxZone): number =>
  (postalRanges ? 4 : 0) + (region === undefined ? 0 : 2) + (country === anyCountry ? 0 : 1);

function isWithin({ country, state, postalCode }: Destination, zone: TaxZone): boolean {
  if (zone.country !== anyCountry && zone.country !== country) return false;
  if (zone.region !== undefined && !isRegion(state, zone)) return false;
  return zone.postalRanges === undefined || zone.postalRanges.some((range) => isInRange(postalCode, range));
}

/** A state is the code of its region (`OR`, `US-OR`), or the name that the zone has (`Oregon`). */
function isRegion(state: string | undefined, { country, region, name }: TaxZone): boolean {
  if (state === undefined) return false;
  const written = state.trim().toUpperCase();
  return written === region || written === `${country}-${region}` || written === name.toUpperCase();
}

/** Compares as many characters as each end has: `97000` to `97099` contains `97035-1234`. */
function isInRange(postalCode: string | undefined, range: { from: string; to: string }): boolean {
  const [from, to] = [comparablePostalCode(range.from), comparablePostalCode(range.to)];
  const code = comparablePostalCode(postalCode ?? '');
  return code !== '' && code.slice(0, from.length) >= from && code.slice(0, to.length) <= to;
}
