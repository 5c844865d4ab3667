import { addedMeasures, columnsOfReport } from '../../../shared/reports/report-columns.ts';
import { metricReports, quarantineReport, sqlOf } from './metric-reports.ts';
import { stockColumns } from './facts/stock-moves.ts';
import { isOfStock } from '../../../shared/metrics/stock-measures.ts';
import { amount, lineMeasures, orderMeasures, ordersChangesAndRefunds, totalMeasures } from './metrics.ts';
import { qualityReport } from './quality/quality-report.ts';
import { figuresOf, type Report } from '../../../shared/reports/publishing/report.ts';

const orders: Report = {
  name: 'orders',
  columns: columnsOfReport('orders'),
  from: { table: 'placed_order' },
  orderBy: 'orderId',
  rowId: ['orderId'],
  countsOrders: true,
};

const sales = (by: string, table: 'placed_order' | 'order_line'): Report => {
  const measures = table === 'order_line' ? lineMeasures : orderMeasures;
  return {
    name: `sales-by-${by}`,
    columns: columnsOfReport(`sales-by-${by}`),
    from: { sql: `SELECT ${by}, currency, ${figuresOf(measures)} FROM ${table} GROUP BY ${by}, currency` },
    orderBy: `${by} NULLS LAST, currency`,
    countsOrders: table === 'placed_order',
  };
};

const changes: Report = {
  name: 'order-changes',
  columns: columnsOfReport('order-changes'),
  from: { table: 'order_change' },
  orderBy: 'eventId',
  rowId: ['eventId'],
  countsOrders: false,
};

const refunds: Report = {
  name: 'refunds',
  columns: columnsOfReport('refunds'),
  from: { table: 'refund_posting' },
  orderBy: 'eventId, pot',
  rowId: ['eventId', 'pot'],
  countsOrders: false,
};

/** Units by SKU and warehouse: stock is no sale, and has no currency. */
const stock: Report = {
  name: 'stock-movements',
  columns: columnsOfReport('stock-movements'),
  from: {
    sql: `SELECT sku, warehouse, ${figuresOf(Object.fromEntries(stockColumns.map((name) => [name, amount(name)])))}
          FROM stock_move GROUP BY sku, warehouse`,
  },
  orderBy: 'sku, warehouse',
  countsOrders: false,
};

/** Stock is in no channel. */
const facts = `(SELECT * FROM fact WHERE NOT coalesce(${isOfStock}, false))`;
const channels = `SELECT channel, currency FROM ${ordersChangesAndRefunds} UNION SELECT channel, currency FROM ${facts}
  UNION SELECT channel, currency FROM store_channel`;

const totals: Report = {
  name: 'totals-by-channel',
  columns: columnsOfReport('totals-by-channel'),
  from: {
    sql: `SELECT * FROM
    (SELECT channel, currency, ${figuresOf(totalMeasures)}
     FROM (SELECT * FROM ${ordersChangesAndRefunds} UNION ALL BY NAME (${channels})) GROUP BY channel, currency) AS listed
    JOIN (SELECT channel AS c, currency AS m, ${sqlOf(addedMeasures)}
          FROM (SELECT * FROM ${facts} UNION ALL BY NAME (${channels})) GROUP BY channel, currency) AS measured
      ON measured.c IS NOT DISTINCT FROM listed.channel AND measured.m = listed.currency`,
  },
  orderBy: 'channel NULLS LAST, currency',
  countsOrders: true,
};

/** The reports that add up to the orders, changes and refunds. */
export const figureReports: Report[] = [
  orders,
  sales('channel', 'placed_order'),
  sales('category', 'order_line'),
  sales('sku', 'order_line'),
  sales('country', 'placed_order'),
  // Sorts by instant: at the end of daylight saving time, the first of two equal hours is the one in summer time.
  { ...sales('hour', 'placed_order'), orderBy: 'CAST(hour AS TIMESTAMPTZ), currency' },
  changes,
  refunds,
  totals,
  ...metricReports,
  stock,
  quarantineReport,
];

/** The reports of each version of a day. */
export const reports: Report[] = [...figureReports, qualityReport];
