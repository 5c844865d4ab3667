import { inside } from '../../../shared/forecast/bands.ts';
import type { DemandClass } from '../../../shared/forecast/demand-class.ts';
import { mase, smape } from '../../../shared/forecast/errors.ts';
import { type Forecast, forecastOf, horizonDays } from '../../../shared/forecast/forecast.ts';
import { daysFrom } from '../../../shared/business-day.ts';
import { yearSales } from '../year-sales.ts';

type Outcome = {
  class: DemandClass | 'store';
  forecast: Forecast;
  mase: number | null;
  smape: number;
  insides: { band80: number; band95: number } | undefined;
};

/** Forecast errors over the sample year: the last 28 days are held out from everything that makes a forecast. */
export async function forecast(): Promise<void> {
  const { units, sales } = await seriesOfYear();
  for (const [name, series] of [
    ['units', units],
    ['sales', sales],
  ] as const) {
    const began = performance.now();
    const outcomes = series.map(outcomeOf);
    const elapsedMs = performance.now() - began;
    console.log(
      `\n${name}: ${series.length} SKUs, ${Math.round(elapsedMs)} ms, ${(elapsedMs / series.length).toFixed(2)} ms a SKU`,
    );
    outcomes.push({ ...outcomeOf(totalOf(series)), class: 'store' });
    console.table(Object.fromEntries([...classes, 'all' as const].map((each) => [each, rowOf(outcomes, each)])));
  }
}

const classes = ['smooth', 'erratic', 'intermittent', 'lumpy', 'store'] as const;

/** The sum of all SKUs by day; the series end on the same day. */
function totalOf(series: readonly number[][]): number[] {
  const length = Math.max(...series.map((each) => each.length));
  return Array.from({ length }, (_, day) =>
    series.reduce((sum, each) => sum + (each[day - (length - each.length)] ?? 0), 0),
  );
}

function outcomeOf(series: number[]): Outcome {
  const [history, actual] = [series.slice(0, -horizonDays), series.slice(-horizonDays)];
  const made = forecastOf(history);
  const bands = made.measured?.bands;
  return {
    class: made.demandClass,
    forecast: made,
    mase: mase(history, made.days, actual),
    smape: smape(made.days, actual),
    insides: bands && { band80: inside(bands.band80, actual), band95: inside(bands.band95, actual) },
  };
}

const meanOf = (values: readonly (number | null | undefined)[]) => {
  const known = values.filter((value) => typeof value === 'number');
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
};
const rounded = (value: number | undefined, digits = 3) => (value === undefined ? '' : Number(value.toFixed(digits)));
const percent = (value: number | undefined) => (value === undefined ? '' : `${(100 * value).toFixed(1)} %`);

function rowOf(all: readonly Outcome[], wanted: Outcome['class'] | 'all') {
  const outcomes = all.filter((outcome) => (wanted === 'all' && outcome.class !== 'store') || outcome.class === wanted);
  const measured = outcomes.flatMap(({ forecast: { measured: found } }) => found ?? []);
  const held = outcomes.flatMap(({ insides }) => insides ?? []);
  const isModel = ({ shown, model }: Forecast) => shown === model;
  const share = (level: 'band80' | 'band95') => {
    const found = meanOf(held.map((each) => each[level]));
    return percent(found === undefined ? undefined : found / horizonDays);
  };
  return {
    SKUs: outcomes.length,
    'too short': outcomes.length - measured.length,
    'baseline shown': percent(meanOf(outcomes.map((outcome) => (isModel(outcome.forecast) ? 0 : 1)))),
    'MASE model': rounded(meanOf(measured.map(({ model }) => model.mase))),
    'MASE baseline': rounded(meanOf(measured.map(({ baseline }) => baseline.mase))),
    'RMSE model / baseline': rounded(
      meanOf(measured.map(({ model, baseline }) => (baseline.rmse > 0 ? model.rmse / baseline.rmse : null))),
    ),
    'sMAPE model': rounded(meanOf(measured.map(({ model }) => model.smape)), 1),
    'sMAPE baseline': rounded(meanOf(measured.map(({ baseline }) => baseline.smape)), 1),
    'held-out MASE': rounded(meanOf(outcomes.map((outcome) => outcome.mase))),
    'held-out sMAPE': rounded(meanOf(outcomes.map((outcome) => outcome.smape)), 1),
    'origins 80 %': percent(meanOf(measured.map(({ coverage }) => coverage.band80))),
    'held-out 80 %': share('band80'),
    'origins 95 %': percent(meanOf(measured.map(({ coverage }) => coverage.band95))),
    'held-out 95 %': share('band95'),
  };
}

/** Daily units and sales in pence of each SKU, from the day of its first sale to the end of the year; cancellations are none. */
async function seriesOfYear() {
  const bySku = new Map<string, Map<string, { units: number; sales: number }>>();
  let last = '';
  for await (const { sku, date, units, pence } of yearSales()) {
    last = date > last ? date : last;
    const days = bySku.get(sku) ?? new Map<string, { units: number; sales: number }>();
    bySku.set(sku, days);
    const day = days.get(date) ?? { units: 0, sales: 0 };
    days.set(date, { units: day.units + units, sales: day.sales + pence });
  }
  const dense = [...bySku.values()]
    .map((days) =>
      daysFrom(
        [...days.keys()].reduce((a, b) => (a < b ? a : b)),
        last,
        400,
      ).map((date) => days.get(date)),
    )
    // Four weeks before the held-out ones: fewer have not even a baseline.
    .filter((days) => days.length >= 2 * horizonDays);
  return {
    units: dense.map((days) => days.map((day) => day?.units ?? 0)),
    sales: dense.map((days) => days.map((day) => day?.sales ?? 0)),
  };
}
