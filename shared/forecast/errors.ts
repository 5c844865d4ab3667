import { type Daily, mean } from './demand-class.ts';

const week = 7;

const absoluteErrors = (forecast: Daily, actual: Daily) =>
  actual.map((value, day) => Math.abs(value - (forecast[day] ?? 0)));

/**
 * Mean absolute scaled error: 1 is the error that repeating last week had on the history itself. Null if the history
 * repeats every week exactly, so that there is no scale. Hyndman and Koehler, 2006.
 */
export function mase(history: Daily, forecast: Daily, actual: Daily): number | null {
  const scale = mean(absoluteErrors(history.slice(0, -week), history.slice(week)));
  return scale === 0 ? null : mean(absoluteErrors(forecast, actual)) / scale;
}

/** Symmetric mean absolute percentage error, 0 to 200; a day on which both are 0 has no error. */
export const smape = (forecast: Daily, actual: Daily): number =>
  100 *
  mean(
    actual.map((value, day) => {
      const expected = forecast[day] ?? 0;
      const sum = Math.abs(value) + Math.abs(expected);
      return sum === 0 ? 0 : (2 * Math.abs(value - expected)) / sum;
    }),
  );

/** Root mean squared error: the mean of the demand has the smallest one, also of an item that sells on few days. */
export const rmse = (forecast: Daily, actual: Daily): number =>
  Math.sqrt(mean(absoluteErrors(forecast, actual).map((error) => error ** 2)));
