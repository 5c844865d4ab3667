import { lastWeek, weekdayMean } from './baselines.ts';
import type { Band, Levels } from './bands.ts';
import { type Backtest, calibratedBands, evaluated } from './calibration.ts';
import { crostonSba, tsb } from './croston.ts';
import { type Daily, demandClass, type DemandClass, mean } from './demand-class.ts';
import { mase, rmse, smape } from './errors.ts';
import { weekdaySmoothing } from './smoothing.ts';

export const horizonDays = 28;

/** Days of history that four rolling origins and the measured coverage of their bands need. */
export const minHistoryDays = 105;

const week = 7;
const minTrainingDays = 28;
/** Weeks whose errors make the bands. */
const maxOrigins = 32;

const methods = {
  'weekday-mean': weekdayMean,
  'last-week': lastWeek,
  smoothing: weekdaySmoothing,
  sba: crostonSba,
  tsb,
};
type Method = keyof typeof methods;
const baselines = ['weekday-mean', 'last-week'] as const;

/** The model of each class. Sizes of lumpy demand vary so much that TSB, which lowers them after a large one, does not help. */
const modelOf: Record<DemandClass, Method> = {
  smooth: 'smoothing',
  erratic: 'smoothing',
  intermittent: 'tsb',
  lumpy: 'sba',
};

const isSparse = (found: DemandClass) => found === 'intermittent' || found === 'lumpy';

/** Errors over the rolling origins. `mase` is null where no origin has a scale; `rmse` has the unit of the series. */
type Errors = { mase: number | null; smape: number; rmse: number };

type Measured = {
  origins: number;
  model: Errors;
  baseline: Errors;
  /** Share of the days of the rolling origins inside their bands. */
  coverage: Levels<number>;
};

export type Forecast = {
  demandClass: DemandClass;
  /** The method of the class, the better of the two baselines, and the one that is shown. */
  model: Method;
  baseline: Method;
  shown: Method;
  /** Expected value of each of the next 28 days. */
  days: number[];
  /** Undefined with a history that is too short to measure an error: then the baseline is shown. */
  measured?: Measured & { bands: Levels<Band[]> };
};

/** Forecasts as they would have been made at each origin: the end of each week, from the last whose 28 days are known. */
function backtest(series: Daily, method: Method): Backtest[] {
  const last = series.length - horizonDays;
  const count = Math.min(maxOrigins, Math.floor((last - minTrainingDays) / week) + 1);
  return Array.from({ length: count }, (_, index) => {
    const origin = last - index * week;
    const actual = series.slice(origin, origin + horizonDays);
    const forecast = methods[method](series.slice(0, origin), horizonDays);
    return { origin, forecast, actual, errors: actual.map((value, day) => value - (forecast[day] ?? 0)) };
  });
}

function errorsOf(series: Daily, tests: readonly Backtest[]): Errors {
  const scaled = tests.flatMap(({ origin, forecast, actual }) => mase(series.slice(0, origin), forecast, actual) ?? []);
  return {
    mase: scaled.length === 0 ? null : mean(scaled),
    smape: mean(tests.map(({ forecast, actual }) => smape(forecast, actual))),
    rmse: rmse(
      tests.flatMap(({ forecast }) => forecast),
      tests.flatMap(({ actual }) => actual),
    ),
  };
}

/**
 * Squared errors decide, as in the M5 competition: the smallest absolute error of an item that sells on fewer than half of
 * the days is that of a forecast of 0, which is of no use for buying.
 */
const isBetter = (one: Errors, other: Errors) => one.rmse < other.rmse;

/** The forecast of the 28 days after a series. A model that does not beat its baseline on the rolling origins is not shown. */
export function forecastOf(series: Daily): Forecast {
  const found = demandClass(series);
  const model = modelOf[found];
  if (series.length < minHistoryDays) {
    const days = weekdayMean(series, horizonDays);
    return { demandClass: found, model, baseline: 'weekday-mean', shown: 'weekday-mean', days };
  }
  const tested = (method: Method) => {
    const tests = backtest(series, method);
    return { method, tests, errors: errorsOf(series, evaluated(tests)) };
  };
  const [first, second] = [tested(baselines[0]), tested(baselines[1])];
  const baseline = isBetter(second.errors, first.errors) ? second : first;
  const candidate = tested(model);
  const shown = isBetter(candidate.errors, baseline.errors) ? candidate : baseline;
  const days = methods[shown.method](series, horizonDays);
  const { bands, coverage } = calibratedBands(days, shown.tests, isSparse(found) ? 'from-zero' : 'two-sided');
  return {
    demandClass: found,
    model,
    baseline: baseline.method,
    shown: shown.method,
    days,
    measured: {
      origins: evaluated(shown.tests).length,
      model: candidate.errors,
      baseline: baseline.errors,
      coverage,
      bands,
    },
  };
}
