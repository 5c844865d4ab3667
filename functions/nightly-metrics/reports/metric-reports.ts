import { factDimensions, factMeasures } from '../../../shared/metrics/facts.ts';
import type { Measure } from '../../../shared/metrics/measure.ts';
import { measures } from '../../../shared/metrics/measures.ts';
import { moneyMeasures } from '../../../shared/metrics/money-measures.ts';
import { goodsMeasures, orderMeasures, promotionMeasures, ratios } from '../../../shared/metrics/sales-measures.ts';
import { type Column, figuresOf, number, ratio, type Report, text } from './report.ts';

export const columnsOf = (list: readonly Measure[]): Column[] =>
  list.map(({ name, kind }) => (kind === 'ratio' ? ratio(name) : number(name)));
export const sqlOf = (list: readonly Measure[]) =>
  figuresOf(Object.fromEntries(list.map(({ name, sql }) => [name, sql])));

/** The facts: every figure of the reports below is a sum, or a count of orders, over some of their rows. */
export const facts: Report = {
  name: 'facts',
  columns: [
    ...factDimensions.map((name) => (name === 'occurredAt' ? { name, type: 'time' as const } : text(name))),
    ...factMeasures.map(number),
  ],
  sql: 'SELECT * FROM fact',
  orderBy: ['eventId', 'component', 'lineId', 'promotion', 'code', ...factMeasures].join(', '),
  countsOrders: false,
  formats: ['parquet'],
  sums: Object.fromEntries(measures.filter(({ kind }) => kind === 'sum').map(({ name, sql }) => [name, sql])),
};

type Grouping = {
  keys: readonly string[];
  measures: readonly Measure[];
  /** Rows of the facts that the report has. @default all */
  where?: string;
  /** A table of the rows that the report has also without facts. */
  always?: string;
  countsOrders?: boolean;
};

const metricsBy = (
  by: string,
  { keys, measures: own, where = 'true', always, countsOrders = true }: Grouping,
): Report => {
  const rows = `SELECT * FROM fact WHERE ${where} ${always === undefined ? '' : `UNION ALL BY NAME SELECT * FROM ${always}`}`;
  return {
    name: `metrics-by-${by}`,
    columns: [...keys.map(text), text('currency'), ...columnsOf(own)],
    sql: `SELECT ${[...keys, 'currency', sqlOf(own)].join(', ')} FROM (${rows}) GROUP BY ${[...keys, 'currency'].join(', ')}`,
    orderBy: [...keys, 'currency']
      .map((key) => `${key === 'hour' ? 'CAST(hour AS TIMESTAMPTZ)' : key} NULLS LAST`)
      .join(', '),
    countsOrders,
  };
};

const isSale = "component <> 'payment'";
const isGoods = "component IN ('line', 'discount', 'goodwill')";
const ofOrders = [...goodsMeasures, ...orderMeasures, ...ratios];
const ofGoods = [...goodsMeasures, ...ratios.filter(({ name }) => name === 'refundRate')];

/** What a row of the day, a channel or an hour has. */
export const allMeasures = [...goodsMeasures, ...orderMeasures, ...moneyMeasures, ...ratios];

/** Net sales, money and customers of the day, in each dimension. */
export const metricReports: Report[] = [
  facts,
  metricsBy('day', { keys: [], measures: allMeasures, always: 'store_channel' }),
  metricsBy('hour', { keys: ['hour'], measures: allMeasures, always: 'store_hour' }),
  metricsBy('region', { keys: ['country', 'region'], measures: ofOrders, where: isSale }),
  metricsBy('customer-group', { keys: ['customerGroup'], measures: ofOrders, where: isSale }),
  metricsBy('category', { keys: ['category'], measures: ofGoods, where: isGoods, countsOrders: false }),
  metricsBy('sku', { keys: ['sku'], measures: ofGoods, where: isGoods, countsOrders: false }),
  ...(['promotion', 'code'] as const).map((by) =>
    metricsBy(by, { keys: [by], measures: promotionMeasures, where: "component = 'discount'", countsOrders: false }),
  ),
];

/** What could not be counted, and why. */
export const quarantineReport: Report = {
  name: 'quarantine',
  columns: ['file', 'reason', 'eventId', 'orderId'].map(text),
  sql: `SELECT regexp_extract(path, '[^/]*$') || '.gz' AS file, reason, eventId, orderId FROM quarantine`,
  orderBy: 'file, reason, eventId, orderId',
  countsOrders: false,
};
