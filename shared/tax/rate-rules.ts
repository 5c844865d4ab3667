import { repeatedIds, type RuleProblem } from '../settings/rules.ts';
import type { TaxRate } from './tax-zones.ts';

type Placed = TaxRate & { index: number; fromMs: number; toMs: number };

/** What is wrong between the rates of a zone; the paths start at the index of the rate. */
export function rateProblems(rates: readonly TaxRate[]): RuleProblem[] {
  const placed = rates.map((rate, index): Placed => ({
    ...rate,
    index,
    fromMs: Date.parse(rate.validFrom),
    toMs: rate.validTo === undefined ? Infinity : Date.parse(rate.validTo),
  }));
  const successions = Map.groupBy(placed, ({ taxCategory, jurisdiction }) =>
    JSON.stringify([taxCategory, jurisdiction]),
  );
  return [
    ...repeatedIds(
      rates,
      ({ rateId }) => rateId,
      (index) => [index, 'rateId'],
    ),
    ...placed.flatMap(emptyValidity),
    ...[...successions.values()].flatMap(overlapsOf),
    ...gapsOf(placed.filter(({ taxCategory }) => taxCategory === 'standard')),
  ];
}

const emptyValidity = ({ index, fromMs, toMs }: Placed): RuleProblem[] =>
  fromMs < toMs ? [] : [{ path: [index, 'validTo'], message: 'The rate ends before it starts: validTo is exclusive' }];

/** Rates of one jurisdiction and category follow each other. Rates of several jurisdictions add up. */
function overlapsOf(rates: readonly Placed[]): RuleProblem[] {
  const sorted = rates.toSorted((a, b) => a.fromMs - b.fromMs);
  return sorted.flatMap((rate, position): RuleProblem[] => {
    const next = sorted[position + 1];
    if (!next || rate.toMs <= next.fromMs) return [];
    const successor = `${next.rateId}, the next rate of ${rate.jurisdiction} for ${rate.taxCategory}`;
    if (rate.fromMs === next.fromMs) {
      const message = `Starts at the same time as ${rate.rateId} of ${rate.jurisdiction} for ${rate.taxCategory}; rates that add up have different jurisdictions`;
      return [{ path: [next.index, 'validFrom'], message }];
    }
    const message =
      rate.validTo === undefined
        ? `Has no end before its successor: set it to ${next.validFrom}, when ${successor}, starts`
        : `Overlaps with its successor: end it by ${next.validFrom}, when ${successor}, starts`;
    return [{ path: [rate.index, 'validTo'], message }];
  });
}

/** Times without a standard rate after the first one. `standard` is sorted by nothing. */
function gapsOf(standard: readonly Placed[]): RuleProblem[] {
  let end: Placed | undefined;
  const gaps: RuleProblem[] = [];
  for (const rate of standard.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (end && rate.fromMs > end.toMs) gaps.push(gapAfter(end, rate.validFrom));
    if (!end || rate.toMs > end.toMs) end = rate;
  }
  return end && end.toMs < Infinity ? [...gaps, gapAfter(end, undefined)] : gaps;
}

const gapAfter = ({ index, validTo }: Placed, until: string | undefined): RuleProblem => ({
  path: [index, 'validTo'],
  message: `The zone has no standard rate from ${validTo}${until === undefined ? ' on' : ` to ${until}`}: add one, or end this rate later`,
});
