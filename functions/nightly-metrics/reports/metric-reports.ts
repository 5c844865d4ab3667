import { type Breakdown, breakdowns } from '../../../shared/metrics/breakdowns.ts';
import { factMeasures } from '../../../shared/metrics/facts.ts';
import type { Measure } from '../../../shared/metrics/measure.ts';
import { measures } from '../../../shared/metrics/measures.ts';
import { columnsOfReport } from '../../../shared/reports/report-columns.ts';
import { figuresOf, type Report } from '../../../shared/reports/publishing/report.ts';

export const sqlOf = (list: readonly Measure[]) =>
  figuresOf(Object.fromEntries(list.map(({ name, sql }) => [name, sql])));

/** The facts: every figure of the reports below is a sum, or a count of orders, over some of their rows. */
const factsReport: Report = {
  name: 'facts',
  columns: columnsOfReport('facts'),
  from: { table: 'fact' },
  // Rows of one component of an event differ in their measures only; a sort by each of them would be slow.
  orderBy: `eventId, component, lineId, sku, promotion, code, hash(${factMeasures.join(', ')})`,
  countsOrders: false,
  formats: ['parquet'],
  sums: Object.fromEntries(measures.filter(({ kind }) => kind === 'sum').map(({ name, sql }) => [name, sql])),
};

/** Tables of the rows that a report has also without facts of the day. */
const always = new Map([
  [breakdowns.day.report, 'store_channel'],
  [breakdowns.hour.report, 'store_hour'],
  [breakdowns['stock-sku'].report, 'opening_stock'],
  [breakdowns['stock-category'].report, 'opening_stock'],
]);

function metricsBy({ report, keys, measures: own, where = 'true', hasOrdersOnce }: Breakdown): Report {
  const rows = always.get(report);
  const facts = `SELECT * FROM fact WHERE ${where}${rows === undefined ? '' : ` UNION ALL BY NAME SELECT * FROM ${rows}`}`;
  const columns = [...keys, 'currency'];
  const sorted = columns.map((key) => `${key === 'hour' ? 'CAST(hour AS TIMESTAMPTZ)' : key} NULLS LAST`);
  return {
    name: report,
    columns: columnsOfReport(report),
    from: { sql: `SELECT ${[...columns, sqlOf(own)].join(', ')} FROM (${facts}) GROUP BY ${columns.join(', ')}` },
    orderBy: sorted.join(', '),
    countsOrders: hasOrdersOnce,
  };
}

const { channel: _totals, ...others } = breakdowns;

/** Net sales, money and customers of the day, in each dimension; `totals-by-channel` has those of the channels. */
export const metricReports: Report[] = [factsReport, ...Object.values(others).map(metricsBy)];

/** What could not be counted, and why. */
export const quarantineReport: Report = {
  name: 'quarantine',
  columns: columnsOfReport('quarantine'),
  from: { sql: `SELECT regexp_extract(path, '[^/]*$') || '.gz' AS file, reason, eventId, orderId FROM quarantine` },
  orderBy: 'file, reason, eventId, orderId',
  rowId: ['file', 'reason', 'eventId', 'orderId'],
  countsOrders: false,
};
