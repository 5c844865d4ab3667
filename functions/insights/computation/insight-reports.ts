import { associations } from '../../../shared/insights/associations.ts';
import { churnCalibration, churnOverTime, churnRisks } from '../../../shared/insights/churn.ts';
import { itemsOn } from '../../../shared/insights/items.ts';
import { cellsOf, customersOn, segments } from '../../../shared/insights/segments.ts';
import { literal } from '../../../shared/lake/sql.ts';
import type { Report } from '../../../shared/reports/publishing/report.ts';
import { type Column, text } from '../../../shared/reports/report-columns.ts';

const figure = (name: string): Column => ({ name, type: 'ratio' });
const list = { countsOrders: false, sums: {} } as const;
const columns = (texts: string, figures: string): Column[] => [
  ...texts.split(' ').map(text),
  ...figures.split(' ').map(figure),
];
const round = (names: string) =>
  names
    .split(' ')
    .map((name) => `round(${name}, 6) AS ${name}`)
    .join(', ');

const segmentRows = Object.keys(segments).map((name) => `(${literal(name)}, ${literal(cellsOf(name).join(' '))})`);

/** The reports of the insights of a day, in the order in which they are written: a report may read those before it. */
export const insightReports = (date: string): readonly Report[] => [
  {
    ...list,
    name: 'forecast',
    columns: [
      ...columns('level key measure currency date', 'expected low80 high80 low95 high95'),
      ...['holiday', 'promotions'].map(text),
    ],
    from: { sql: 'SELECT * FROM forecast LEFT JOIN mark USING (date)' },
    orderBy: 'level, key, measure, currency NULLS FIRST, date',
  },
  {
    ...list,
    name: 'forecast-errors',
    columns: columns(
      'level key measure currency demandClass model baseline shown',
      'historyDays origins mase baselineMase smape baselineSmape coverage80 coverage95',
    ),
    from: { table: 'forecast_error' },
    orderBy: 'level, key, measure, currency NULLS FIRST',
  },
  {
    ...list,
    name: 'associations',
    columns: columns('sku withSku', 'baskets support confidence lift zhang'),
    from: { sql: `SELECT sku, withSku, baskets, ${round('support confidence lift zhang')} FROM (${associations})` },
    orderBy: 'baskets DESC, sku, withSku',
  },
  {
    ...list,
    name: 'customers',
    columns: columns(
      'customerId currency segment',
      'recencyDays orders sales recencyScore orderScore salesScore valueScore churnRisk',
    ),
    from: {
      sql: `SELECT customer.*, round(risk, 6) AS churnRisk FROM (${customersOn(date)}) AS customer
        LEFT JOIN (${churnRisks(date)}) USING (customerId)`,
    },
    orderBy: 'customerId',
  },
  {
    ...list,
    name: 'segments',
    columns: columns('segment cells', 'customers'),
    from: {
      sql: `SELECT segment, cells, count(customerId) AS customers FROM (VALUES ${segmentRows.join(', ')}) AS s (segment, cells)
        LEFT JOIN "report customers" USING (segment) GROUP BY segment, cells`,
    },
    orderBy: 'customers DESC, segment',
  },
  {
    ...list,
    name: 'churn-calibration',
    columns: columns('heldOut', 'tenth customers predicted observed'),
    from: {
      sql: `SELECT heldOut, tenth, customers, ${round('predicted observed')} FROM (
        SELECT 'customers' AS heldOut, * FROM (${churnCalibration(date)})
        UNION ALL SELECT 'period', * FROM (${churnOverTime(date)}))`,
    },
    orderBy: 'heldOut, tenth',
  },
  {
    ...list,
    name: 'items',
    columns: columns('sku currency class movement', 'units sales daysSinceSale share'),
    from: { sql: `SELECT * EXCLUDE (share), ${round('share')} FROM (${itemsOn(date)})` },
    orderBy: 'currency, sales DESC, sku',
  },
];
