import { closest } from '../input/closest.ts';
import { repeatedIds, type RuleProblem } from '../settings/rules.ts';
import { rateProblems } from './rate-rules.ts';
import { anyCountry, comparablePostalCode, type TaxZone, type TaxZoneList } from './tax-zones.ts';

/** What is wrong between the zones and their rates. */
export const zoneProblems = ({ zones }: TaxZoneList): RuleProblem[] => [
  ...repeatedIds(
    zones,
    ({ zoneId }) => zoneId,
    (index) => ['zones', index, 'zoneId'],
  ),
  ...repeatedAreas(zones),
  ...zones.flatMap((zone, index) => [
    ...partsOfTheWorld(zone, index),
    ...standardRateProblems(zone, index),
    ...rateProblems(zone.rates).map(({ path, message }) => ({ path: ['zones', index, 'rates', ...path], message })),
  ]),
  ...postalRangeProblems(zones),
];

const areaOf = ({ country, region }: TaxZone) => (region === undefined ? country : `${country}-${region}`);

/** Two zones without postal codes of their own for the same country or region. */
const repeatedAreas = (zones: readonly TaxZone[]): RuleProblem[] => {
  const first = new Map<string, string>();
  return zones.flatMap((zone, index) => {
    if (zone.postalRanges) return [];
    const area = areaOf(zone);
    const other = first.get(area);
    if (other === undefined) first.set(area, zone.zoneId);
    const message = `The zone ${other} is for ${area} already: give one of them a region or postal codes`;
    return other === undefined ? [] : [{ path: ['zones', index, 'country'], message }];
  });
};

const partsOfTheWorld = (zone: TaxZone, index: number): RuleProblem[] =>
  zone.country !== anyCountry
    ? []
    : (['region', 'postalRanges'] as const)
        .filter((field) => zone[field] !== undefined)
        .map((field) => ({ path: ['zones', index, field], message: 'Needs a country: * has no parts' }));

const standardRateProblems = ({ rates }: TaxZone, index: number): RuleProblem[] => {
  if (rates.some(({ taxCategory }) => taxCategory === 'standard')) return [];
  const [likely] = closest('standard', new Set(rates.map(({ taxCategory }) => taxCategory)));
  const hint = likely === undefined ? '' : ` Did you mean standard where it has ${likely}?`;
  const message = `Add a rate of the category standard, which applies to categories without a rate.${hint}`;
  return [{ path: ['zones', index, 'rates'], message }];
};

type Range = { from: string; to: string; area: string; zoneId: string; path: PropertyKey[] };

/** Ranges that end before they begin, and ranges of one country or region that overlap. */
function postalRangeProblems(zones: readonly TaxZone[]): RuleProblem[] {
  const ranges = zones.flatMap((zone, index) =>
    (zone.postalRanges ?? []).map(({ from, to }, position): Range => ({
      from: comparablePostalCode(from),
      to: comparablePostalCode(to),
      area: areaOf(zone),
      zoneId: zone.zoneId,
      path: ['zones', index, 'postalRanges', position],
    })),
  );
  const reversed = ranges
    .filter(({ from, to }) => from.slice(0, to.length) > to)
    .map(({ path }) => ({ path: [...path, 'to'], message: 'The range ends before it begins: swap from and to' }));
  return [...reversed, ...[...Map.groupBy(ranges, ({ area }) => area).values()].flatMap(overlapsOf)];
}

/** `to` includes the codes that start with it, so that `SW1` contains `SW1A 1AA`. */
const endOf = ({ to }: Range) => `${to}\uffff`;

function overlapsOf(ranges: readonly Range[]): RuleProblem[] {
  const sorted = ranges.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  let last: Range | undefined;
  return sorted.flatMap((range) => {
    const before = last;
    if (!before || endOf(range) > endOf(before)) last = range;
    if (!before || range.from >= endOf(before)) return [];
    const message = `Overlaps with ${before.from} to ${before.to} of the zone ${before.zoneId}`;
    return [{ path: range.path, message }];
  });
}
