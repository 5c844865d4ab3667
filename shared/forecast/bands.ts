import type { Daily } from './demand-class.ts';

export type Band = { low: number; high: number };
export type Levels<T> = { band80: T; band95: T };

/** The value of this rank among sorted values; the first and the last stand for ranks outside. */
const ranked = (sorted: Daily, rank: number) => sorted[Math.min(sorted.length - 1, Math.max(0, rank - 1))] ?? 0;

/** What is added to a forecast to get its band, from errors (actual − forecast) of earlier forecasts; they are sorted. */
function offsets(sorted: Daily, level: number): Band {
  const tail = (1 - level) / 2;
  // The share below the band, without the rounding error of 1 − 0.8.
  const below = Math.floor((sorted.length + 1) * tail + 1e-9);
  return { low: ranked(sorted, below), high: ranked(sorted, sorted.length + 1 - below) };
}

/**
 * Bands of a forecast from the errors of earlier forecasts of the same method, as in split conformal prediction. They need
 * no distribution of the demand, and contain the forecast. Demand is never negative.
 */
export function bandsOf(forecast: Daily, errors: Daily): Levels<Band[]> {
  const sorted = errors.toSorted((a, b) => a - b);
  const bands = (level: number) => {
    const { low, high } = offsets(sorted, level);
    return forecast.map((value) => ({ low: Math.max(0, value + Math.min(0, low)), high: value + Math.max(0, high) }));
  };
  return { band80: bands(0.8), band95: bands(0.95) };
}

/** Number of values inside their band. */
export const inside = (bands: readonly Band[], actual: Daily): number =>
  actual.filter((value, day) => {
    const band = bands[day];
    return band !== undefined && value >= band.low && value <= band.high;
  }).length;
