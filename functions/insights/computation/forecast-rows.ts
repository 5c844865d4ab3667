import { daysBefore } from '../../../shared/business-day.ts';
import { type Forecast, forecastOf } from '../../../shared/forecast/forecast.ts';

/** The daily values of a series that are not 0, oldest first. */
export type SeriesValues = {
  level: string;
  key: string;
  measure: string;
  currency: string | null;
  values: { day: string; value: number }[];
};

const dayMs = 86_400_000;

const rounded = (value: number | null | undefined, digits: number): number | null =>
  value === null || value === undefined ? null : Number(value.toFixed(digits));

/** Every value from the first sale to `date`: a day without one is 0. */
function denseSeries({ values }: Pick<SeriesValues, 'values'>, date: string): number[] {
  const [first] = values;
  if (!first) return [];
  const positionOf = (day: string) => Math.round((Date.parse(day) - Date.parse(first.day)) / dayMs);
  const dense = Array.from({ length: positionOf(date) + 1 }, () => 0);
  for (const { day, value } of values) dense[positionOf(day)] = value;
  // A discount can be above the gross sales of a day by an error of its source: demand is never negative.
  return dense.map((value) => Math.max(0, value));
}

/** The rows of a series: its errors, and its days with their bands. Units have three decimals, sales none. */
export function forecastRows(series: SeriesValues, date: string) {
  const { level, key, measure, currency } = series;
  const dense = denseSeries(series, date);
  const forecast = forecastOf(dense);
  const digits = measure === 'units' ? 3 : 0;
  const of = { level, key, measure, currency };
  const days = forecast.days.map((expected, step) => {
    const [band80, band95] = [forecast.measured?.bands.band80[step], forecast.measured?.bands.band95[step]];
    return {
      ...of,
      date: daysBefore(date, -(step + 1)),
      expected: rounded(expected, digits),
      low80: rounded(band80?.low, digits),
      high80: rounded(band80?.high, digits),
      low95: rounded(band95?.low, digits),
      high95: rounded(band95?.high, digits),
    };
  });
  return { errors: { ...of, ...errorsOf(forecast, dense.length) }, days };
}

const errorsOf = ({ demandClass, model, baseline, shown, measured }: Forecast, historyDays: number) => ({
  demandClass,
  model,
  baseline,
  shown,
  historyDays,
  origins: measured?.origins ?? 0,
  mase: rounded(measured?.model.mase, 4),
  baselineMase: rounded(measured?.baseline.mase, 4),
  smape: rounded(measured?.model.smape, 2),
  baselineSmape: rounded(measured?.baseline.smape, 2),
  coverage80: rounded(measured?.coverage.band80, 4),
  coverage95: rounded(measured?.coverage.band95, 4),
});
