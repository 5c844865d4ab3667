import { inOrder, openPeriods, type Period, utc, type WantedPeriod } from './plan-periods.ts';
import { contentHash } from '../../../shared/ids.ts';

/**
 * The prices of now and later after the rows of a file, for `planPeriods`: a row replaces the price with its start or adds
 * one, other prices stay. A price ends where the next one starts; without an end it lasts until then. `now` in milliseconds.
 */
export function mergePeriods(stored: readonly Period[], rows: readonly WantedPeriod[], now: number): Period[] {
  const byStart = new Map(openPeriods(stored, now).map((period) => [period.from, period]));
  const inForce = [...byStart.values()].find(({ from }) => from <= new Date(now).toISOString());
  const sent = new Set<string>();
  for (const { from, until, breaks } of rows) {
    const goesOn = inForce && contentHash(inForce.breaks) === contentHash(breaks) ? inForce.from : undefined;
    const start = from === undefined ? (goesOn ?? new Date(now).toISOString()) : utc(from);
    sent.add(start);
    byStart.set(start, { from: start, ...(until !== undefined && { until: utc(until) }), breaks });
  }
  const sorted = inOrder([...byStart.values()]);
  return sorted.map((period, index) => {
    const next = sorted[index + 1];
    if (!next) return period;
    const isOpen = period.until === undefined;
    const isCut = period.until !== undefined && period.until > next.from && !sent.has(period.from);
    return isOpen || isCut ? { from: period.from, until: next.from, breaks: period.breaks } : period;
  });
}
