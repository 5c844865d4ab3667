import { type Daily, mean } from './demand-class.ts';

const week = 7;
const startDays = 28;
const damping = 0.9;

type Weights = { level: number; trend: number; season: number };

const grid: readonly Weights[] = [0.02, 0.1, 0.3].flatMap((level) =>
  [0, 0.02].flatMap((trend) => [0.02, 0.1].map((season) => ({ level, trend, season }))),
);

/** The state after a series, and the squared errors of its forecasts of the next day after the first four weeks. */
function smoothed(series: Daily, weights: Weights) {
  const start = series.slice(0, startDays);
  const startLevel = mean(start);
  const season = Array.from(
    { length: week },
    (_, weekday) => mean(start.filter((_value, day) => day % week === weekday)) - startLevel,
  );
  let level = startLevel;
  let trend = 0;
  let error = 0;
  for (let day = 0; day < series.length; day += 1) {
    const weekday = day % week;
    const seasonal = season[weekday] ?? 0;
    const value = series[day] ?? 0;
    const expected = level + damping * trend;
    const miss = value - expected - seasonal;
    if (day >= startDays) error += miss ** 2;
    level = expected + weights.level * miss;
    trend = damping * trend + weights.trend * miss;
    season[weekday] = seasonal + weights.season * miss;
  }
  return { level, trend, season, error };
}

/**
 * Exponential smoothing with an additive weekday season and a damped trend. The weights are those of the grid with the
 * smallest squared error of the next day. Never negative.
 */
export function weekdaySmoothing(series: Daily, horizon: number): number[] {
  const states = grid.map((weights) => smoothed(series, weights));
  const { level, trend, season } = states.reduce((best, each) => (each.error < best.error ? each : best));
  let added = 0;
  return Array.from({ length: horizon }, (_, step) => {
    added += damping ** (step + 1) * trend;
    return Math.max(0, level + added + (season[(series.length + step) % week] ?? 0));
  });
}
