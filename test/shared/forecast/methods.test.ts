import { describe, expect, test } from 'vitest';
import { lastWeek, weekdayMean } from '../../../shared/forecast/baselines.ts';
import { crostonSba, tsb } from '../../../shared/forecast/croston.ts';
import { demandClass } from '../../../shared/forecast/demand-class.ts';
import { mase, rmse, smape } from '../../../shared/forecast/errors.ts';
import { weekdaySmoothing } from '../../../shared/forecast/smoothing.ts';

// Every expectation is computed by hand. Each was seen failing with one sign or weight of the method changed.

test('Croston SBA of demands 4 and 2 on the second and fourth day', () => {
  // Size: mean 3; 3 + 0.1 × (4 − 3) = 3.1; 3.1 + 0.1 × (2 − 3.1) = 2.99. Interval: 4 / 2 = 2, and both intervals are 2.
  const [first, ...others] = crostonSba([0, 4, 0, 2], 3);
  expect(first).toBeCloseTo((0.95 * 2.99) / 2, 12);
  expect(others).toEqual([first, first]);
});

test('TSB lowers the forecast with every day without demand', () => {
  // Size as above. Probability: 0.5 · 0.95, + 0.05 on the second day, · 0.95, · 0.95 + 0.05.
  const probability = (0.5 * 0.95 * 0.95 + 0.05) * 0.95 * 0.95 + 0.05;
  expect(tsb([0, 4, 0, 2], 1)[0]).toBeCloseTo(probability * 2.99, 12);
  const [ended = 0] = tsb([0, 4, 0, 2, ...Array.from({ length: 60 }, () => 0)], 1);
  expect(ended).toBeGreaterThan(0);
  expect(ended).toBeLessThan(0.02);
});

test.each([crostonSba, tsb])('an item that was never sold has a forecast of 0', (method) => {
  expect(method([0, 0, 0], 2)).toEqual([0, 0]);
});

test('the baselines repeat the weekdays of four weeks, and the last week', () => {
  const series = [1, 2, 3, 4].flatMap((week) => [10 * week, 0, 0, 0, 0, 0, week]);
  expect(weekdayMean(series, 9)).toEqual([25, 0, 0, 0, 0, 0, 2.5, 25, 0]);
  expect(lastWeek(series, 8)).toEqual([40, 0, 0, 0, 0, 0, 4, 40]);
});

test('MASE is the error over that of repeating the last week in the history', () => {
  // Seven differences of 2, so the scale is 2; the forecast is wrong by 1 and 3: mean 2.
  const history = [...Array.from({ length: 7 }, () => 5), ...Array.from({ length: 7 }, () => 7)];
  expect(mase(history, [6, 10], [7, 7])).toBe(1);
  expect(mase([...history.slice(0, 7), ...history.slice(0, 7)], [6], [7])).toBeNull();
});

test('sMAPE is between 0 and 200, and RMSE weighs large errors', () => {
  expect(smape([1, 0, 3], [1, 0, 1])).toBeCloseTo(100 / 3, 12); // 0, 0, and 2 · 2 / 4
  expect(smape([0], [5])).toBe(200);
  expect(rmse([0, 0], [3, 4])).toBeCloseTo(Math.sqrt(12.5), 12);
});

describe('the class of a demand', () => {
  const repeated = (...week: number[]) => Array.from({ length: 10 }, () => week).flat();
  test.each([
    ['smooth', repeated(4, 5, 6, 5)],
    ['erratic', repeated(1, 1, 1, 9)],
    ['intermittent', repeated(0, 0, 5, 0)],
    ['lumpy', repeated(0, 1, 0, 12)],
    ['intermittent', [0, 0]],
    // 25 of 33 days: the interval is exactly 1.32, which is rare.
    ['intermittent', Array.from({ length: 33 }, (_, day) => (day < 25 ? 2 : 0))],
    ['smooth', Array.from({ length: 33 }, (_, day) => (day < 26 ? 2 : 0))],
  ])('is %s', (expected, series) => expect(demandClass(series)).toBe(expected));
});

test('smoothing continues a weekday pattern exactly, and is never negative', () => {
  const week = [3, 9, 1, 0, 4, 4, 7];
  const forecast = weekdaySmoothing(Array.from({ length: 12 }, () => week).flat(), 14);
  forecast.forEach((value, day) => expect(value).toBeCloseTo(week[day % 7] ?? 0, 9));
  const falling = Array.from({ length: 70 }, (_, day) => Math.max(0, 100 - 2 * day));
  expect(Math.min(...weekdaySmoothing(falling, 28))).toBeGreaterThanOrEqual(0);
});
