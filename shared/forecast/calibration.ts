import { type Band, bandOf, type BandShape, inside, type Levels } from './bands.ts';
import { type Daily, mean } from './demand-class.ts';

/** A forecast as it would have been made at `origin`, the number of days that were known then. */
export type Backtest = { origin: number; forecast: number[]; actual: Daily; errors: number[] };

/** Nominal levels from the wanted one on; 1 is from the lowest to the highest error. */
const nominalLevels = {
  band80: [0.8, 0.825, 0.85, 0.875, 0.9, 0.95],
  band95: [0.95, 0.96, 0.97, 0.98, 0.99, 1],
} as const satisfies Levels<readonly number[]>;

/** Errors of overlapping 28 days are less than as many independent ones: the measured coverage has to be above the level. */
const margin = 0.01;
const evaluatedOrigins = 4;

/** Four origins: four weeks apart, so that no day counts twice, or one week apart with a history below half a year. */
export const evaluated = (tests: readonly Backtest[]): Backtest[] => {
  const step = tests.length > evaluatedOrigins * 4 + 1 ? 4 : 1;
  return tests.filter((_, index) => index % step === 0).slice(0, evaluatedOrigins);
};

type Measured = { test: Backtest; sorted: Daily };

/** Each evaluated test with the errors of the forecasts whose days had passed at its origin. */
const withKnownErrors = (tests: readonly Backtest[]): Measured[] =>
  evaluated(tests).map((test) => ({ test, sorted: sortedErrors(knownAt(tests, test.origin)) }));

const knownAt = (tests: readonly Backtest[], origin: number) =>
  tests.filter((each) => each.origin + each.actual.length <= origin);
const sortedErrors = (tests: readonly Backtest[]): Daily =>
  Array.from(Float64Array.from(tests.flatMap(({ errors }) => errors)).sort());

const shareInside = (measured: readonly Measured[], level: number, shape: BandShape) =>
  mean(
    measured.map(
      ({ test, sorted }) => inside(bandOf(test.forecast, sorted, level, shape), test.actual) / test.actual.length,
    ),
  );

/** The lowest nominal level whose bands covered the wanted share of these tests, or else the highest. */
function calibrated(measured: readonly Measured[], band: keyof Levels<unknown>, shape: BandShape): number {
  const [level, ...wider] = nominalLevels[band];
  const known = measured.filter(({ sorted }) => sorted.length > 0);
  if (known.length === 0) return level;
  const isEnough = (each: number) => shareInside(known, each, shape) >= level + margin;
  return [level, ...wider].find(isEnough) ?? 1;
}

/**
 * Bands of a forecast from its rolling origins, and the share of the days of the evaluated origins that they covered. A band is
 * widened until it covered its share of them. What is measured is honest: errors and level of each origin's band are from
 * forecasts whose days had passed by then.
 */
export function calibratedBands(
  forecast: Daily,
  tests: readonly Backtest[],
  shape: BandShape,
): { bands: Levels<Band[]>; coverage: Levels<number> } {
  const measured = withKnownErrors(tests);
  const errors = sortedErrors(tests);
  const bandsAt = (band: keyof Levels<unknown>) => bandOf(forecast, errors, calibrated(measured, band, shape), shape);
  const coverageAt = (band: keyof Levels<unknown>) =>
    mean(
      measured.map(({ test, sorted }) => {
        const level = calibrated(withKnownErrors(knownAt(tests, test.origin)), band, shape);
        return inside(bandOf(test.forecast, sorted, level, shape), test.actual) / test.actual.length;
      }),
    );
  return {
    bands: { band80: bandsAt('band80'), band95: bandsAt('band95') },
    coverage: { band80: coverageAt('band80'), band95: coverageAt('band95') },
  };
}
