import { type Daily, mean } from './demand-class.ts';

/** Weights of the newest demand size and interval, and of the newest demand probability: common values for sparse demand. */
const sparseWeights = { size: 0.1, interval: 0.1, probability: 0.05 } as const;

const constant = (value: number, horizon: number) => Array.from({ length: horizon }, () => value);
const demandsOf = (series: Daily) => series.filter((value) => value > 0);

/**
 * Croston's method with the correction of Syntetos and Boylan (SBA). Size and interval start as their means over the
 * series. Returns the same expected demand for every day.
 */
export function crostonSba(series: Daily, horizon: number, weights = sparseWeights): number[] {
  const demands = demandsOf(series);
  if (demands.length === 0) return constant(0, horizon);
  let size = mean(demands);
  let interval = series.length / demands.length;
  let days = 1;
  for (const value of series) {
    if (value > 0) {
      size += weights.size * (value - size);
      interval += weights.interval * (days - interval);
      days = 1;
    } else days += 1;
  }
  return constant(((1 - weights.interval / 2) * size) / interval, horizon);
}

/**
 * The method of Teunter, Syntetos and Babai (TSB): the probability of a demand is updated every day, so that the forecast of
 * an item that is no longer sold falls. Returns the same expected demand for every day.
 */
export function tsb(series: Daily, horizon: number, weights = sparseWeights): number[] {
  const demands = demandsOf(series);
  if (demands.length === 0) return constant(0, horizon);
  let size = mean(demands);
  let probability = demands.length / series.length;
  for (const value of series) {
    if (value > 0) size += weights.size * (value - size);
    probability += weights.probability * ((value > 0 ? 1 : 0) - probability);
  }
  return constant(probability * size, horizon);
}
