import { type Daily, mean } from './demand-class.ts';

const week = 7;

const dayOf = (series: Daily, weeksBefore: number, step: number) =>
  series[series.length - week * weeksBefore + (step % week)] ?? 0;

/** The mean of the same weekday of the last four weeks. */
export const weekdayMean = (series: Daily, horizon: number): number[] =>
  Array.from({ length: horizon }, (_, step) => mean([4, 3, 2, 1].map((weeks) => dayOf(series, weeks, step))));

/** The same day of the last week. */
export const lastWeek = (series: Daily, horizon: number): number[] =>
  Array.from({ length: horizon }, (_, step) => dayOf(series, 1, step));
