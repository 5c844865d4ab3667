import { describe, expect, test } from 'vitest';
import { bandOf, inside } from '../../../shared/forecast/bands.ts';
import { forecastOf, horizonDays, minHistoryDays } from '../../../shared/forecast/forecast.ts';

/** Uniform numbers from 0 to 1 by Park and Miller's generator: equal in every run. */
function generator(seed: number) {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
const normal = (random: () => number) => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
const week = [20, 30, 25, 40, 60, 5, 10];

test('a band has the errors of the rank of its level, and contains the forecast', () => {
  const sorted = Array.from({ length: 99 }, (_, index) => index - 49);
  // 100 ranks: 10 % of them below −40, and 10 % above 40.
  expect(bandOf([100], sorted, 0.8, 'two-sided')).toEqual([{ low: 60, high: 140 }]);
  expect(bandOf([100], sorted, 0.95, 'two-sided')).toEqual([{ low: 52, high: 148 }]);
  expect(bandOf([10], sorted, 0.8, 'two-sided')).toEqual([{ low: 0, high: 50 }]);
  expect(bandOf([10], [3, 4], 0.95, 'two-sided')).toEqual([{ low: 10, high: 14 }]);
  // Sparse demand: 20 % of the ranks above 30, none below.
  expect(bandOf([100], sorted, 0.8, 'from-zero')).toEqual([{ low: 0, high: 130 }]);
});

describe('over simulated series', () => {
  const seeds = Array.from({ length: 40 }, (_, index) => 100 + index);

  test('bands contain their share of days that the forecast never saw, and of the rolling origins', () => {
    const held = { band80: 0, band95: 0 };
    const origins = { band80: 0, band95: 0 };
    for (const seed of seeds) {
      const random = generator(seed);
      const series = Array.from({ length: 364 + horizonDays }, (_, day) =>
        Math.max(0, (week[day % 7] ?? 0) * 2 + 8 * normal(random)),
      );
      const { measured } = forecastOf(series.slice(0, -horizonDays));
      if (!measured) throw new Error('A year is measured');
      for (const level of ['band80', 'band95'] as const) {
        held[level] += inside(measured.bands[level], series.slice(-horizonDays)) / horizonDays / seeds.length;
        origins[level] += measured.coverage[level] / seeds.length;
      }
    }
    // 40 × 28 days: two standard deviations of the share are 2.4 and 1.3 points; errors of one SKU are not independent.
    // A band is widened until it covered a point more than its share. Seen failing with the offsets of the other level.
    for (const shares of [held, origins]) {
      expect(shares.band80).toBeGreaterThan(0.76);
      expect(shares.band80).toBeLessThan(0.86);
      expect(shares.band95).toBeGreaterThan(0.93);
      expect(shares.band95).toBeLessThan(0.98);
    }
  });

  test('smoothing beats its baselines where weeks vary by chance, and is shown', () => {
    const shown = seeds.map((seed) => {
      const random = generator(seed);
      return forecastOf(
        Array.from({ length: 364 }, (_, day) => Math.max(0, (week[day % 7] ?? 0) + 4 * normal(random))),
      );
    });
    expect(shown.filter(({ shown: method, model }) => method === model).length).toBeGreaterThan(30);
    for (const { model, baseline, shown: method, measured } of shown) {
      expect(method).toBe(measured && measured.model.rmse < measured.baseline.rmse ? model : baseline);
    }
  });
});

test('a series that repeats last week exactly is shown as its baseline: nothing beats an error of 0', () => {
  // Seen failing when the model was shown in any case.
  const series = Array.from({ length: 200 }, (_, day) => week[day % 7] ?? 0);
  expect(forecastOf(series)).toMatchObject({
    shown: 'weekday-mean',
    measured: {
      model: { mase: null },
      baseline: { mase: null, smape: 0, rmse: 0 },
      coverage: { band80: 1, band95: 1 },
    },
  });
});

test.each([0, 1, 6, minHistoryDays - 1])('a history of %i days is the baseline without an error or a band', (days) => {
  const forecast = forecastOf(Array.from({ length: days }, () => 3));
  expect(forecast).toMatchObject({ shown: 'weekday-mean' });
  expect(forecast.measured).toBeUndefined();
  expect(forecast.days).toHaveLength(horizonDays);
});

test('the shortest measured history has four origins, each with bands of errors that were known', () => {
  const random = generator(7);
  const series = Array.from({ length: minHistoryDays }, () => Math.round(10 * random()));
  expect(forecastOf(series).measured?.origins).toBe(4);
  expect(forecastOf(series).measured?.coverage.band95).toBeGreaterThan(0.7);
});

test('a band that earlier errors would make too narrow is widened, and starts at 0 for sparse demand', () => {
  // Demand that grows: the errors of a year ago are smaller than those of today. Seen failing with the nominal level only.
  const growing = Array.from({ length: 400 }, (_, day) => {
    const random = generator(day + 1);
    return Math.max(0, day / 10 + (day / 8) * normal(random));
  });
  const covered = (series: number[]) => {
    const { measured } = forecastOf(series.slice(0, -horizonDays));
    return inside(measured?.bands.band95 ?? [], series.slice(-horizonDays)) / horizonDays;
  };
  expect(covered(growing)).toBeGreaterThanOrEqual(0.93);
  const sparse = Array.from({ length: 400 }, (_, day) => (day % 9 === 0 ? 1 + (day % 5) : 0));
  const { demandClass, measured } = forecastOf(sparse);
  expect(['intermittent', 'lumpy']).toContain(demandClass);
  expect(measured?.bands.band95.every(({ low }) => low === 0)).toBe(true);
});
