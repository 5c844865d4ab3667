import type { EffectReport } from '../../../shared/contracts/promotions/effect-routes.ts';
import { type Difference, type Sample, welch } from '../../../shared/reports/statistics.ts';

type Comparison = EffectReport['currencies'][number]['comparison'];
type Method = Comparison['method'];

/**
 * Compares revenue with and without the promotion. The word `uplift` needs a group that was chosen at random, and an
 * interval without 0: everything else is not shown to be an effect.
 */
export function comparisonOf(method: Method, withIt: Sample, without: Sample): Comparison {
  const found = welch(withIt, without);
  const base = {
    method,
    isWeaker: method !== 'holdout',
    unit: method === 'holdout' ? ('customer' as const) : ('day' as const),
    withCount: withIt.count,
    withoutCount: without.count,
    withMeanMinor: Math.round(withIt.mean),
    withoutMeanMinor: Math.round(without.mean),
  };
  if (!found) return { ...base, finding: 'too-little-data' };
  return {
    ...base,
    finding: findingOf(method, found),
    differenceMinor: Math.round(found.difference),
    interval95Minor: { from: Math.floor(found.from), to: Math.ceil(found.to) },
    smallestDetectableMinor: Math.ceil(found.detectable),
  };
}

function findingOf(method: Method, { from, to }: Difference): Comparison['finding'] {
  if (from > 0) return method === 'holdout' ? 'uplift' : 'higher';
  if (to < 0) return method === 'holdout' ? 'loss' : 'lower';
  return 'no-difference-shown';
}
