import type { Daily } from './demand-class.ts';

export type Band = { low: number; high: number };
export type Levels<T> = { band80: T; band95: T };

/**
 * Bands of sparse demand start at 0: a day without a sale is the usual one, so that the whole share outside the band is above
 * it. The other bands have half of it on each side.
 */
export type BandShape = 'from-zero' | 'two-sided';

/** The value of this rank among sorted values; the first and the last stand for ranks outside. */
const ranked = (sorted: Daily, rank: number) => sorted[Math.min(sorted.length - 1, Math.max(0, rank - 1))] ?? 0;

/** What is added to a forecast to get its band, from sorted errors (actual − forecast) of earlier forecasts. */
function offsets(sorted: Daily, level: number, shape: BandShape): Band {
  const tail = shape === 'two-sided' ? (1 - level) / 2 : 1 - level;
  // The share outside a side of the band, without the rounding error of 1 − 0.8.
  const outside = Math.floor((sorted.length + 1) * tail + 1e-9);
  return {
    low: shape === 'two-sided' ? ranked(sorted, outside) : Number.NEGATIVE_INFINITY,
    high: ranked(sorted, sorted.length + 1 - outside),
  };
}

/**
 * Band of a forecast from the sorted errors of earlier forecasts of the same method, as in split conformal prediction. It
 * needs no distribution of the demand, and contains the forecast. Demand is never negative.
 */
export function bandOf(forecast: Daily, sorted: Daily, level: number, shape: BandShape): Band[] {
  const { low, high } = offsets(sorted, level, shape);
  return forecast.map((value) => ({ low: Math.max(0, value + Math.min(0, low)), high: value + Math.max(0, high) }));
}

/** Number of values inside their band. */
export const inside = (bands: readonly Band[], actual: Daily): number =>
  actual.filter((value, day) => {
    const band = bands[day];
    return band !== undefined && value >= band.low && value <= band.high;
  }).length;
