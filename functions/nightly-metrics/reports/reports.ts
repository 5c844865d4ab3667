import { allMeasures } from '../../../shared/metrics/breakdowns.ts';
import { columnsOf, metricReports, quarantineReport, sqlOf } from './metric-reports.ts';
import { lineMeasures, orderMeasures, ordersChangesAndRefunds, totalMeasures } from './metrics.ts';
import { figuresOf, number, type Report, text } from './report.ts';

const orders: Report = {
  name: 'orders',
  columns: [
    ...['orderId', 'externalOrderId', 'channel', 'customerId', 'country', 'currency', 'placedAt'].map(text),
    ...['units', 'lines', 'subtotalMinor', 'discountMinor', 'shippingMinor', 'taxMinor', 'totalMinor'].map(number),
  ],
  from: { table: 'placed_order' },
  orderBy: 'orderId',
  rowId: ['orderId'],
  countsOrders: true,
};

const sales = (by: string, table: 'placed_order' | 'order_line'): Report => {
  const measures = table === 'order_line' ? lineMeasures : orderMeasures;
  return {
    name: `sales-by-${by}`,
    columns: [text(by), text('currency'), ...Object.keys(measures).map(number)],
    from: { sql: `SELECT ${by}, currency, ${figuresOf(measures)} FROM ${table} GROUP BY ${by}, currency` },
    orderBy: `${by} NULLS LAST, currency`,
    countsOrders: table === 'placed_order',
  };
};

const changes: Report = {
  name: 'order-changes',
  columns: [
    ...['orderId', 'externalOrderId', 'channel', 'currency', 'change', 'reason', 'changedAt', 'eventId'].map(text),
    ...['cancelledUnits', 'cancelledMinor', 'editedUnits', 'editedMinor'].map(number),
  ],
  from: { table: 'order_change' },
  orderBy: 'eventId',
  rowId: ['eventId'],
  countsOrders: false,
};

const refunds: Report = {
  name: 'refunds',
  columns: [
    ...['refundId', 'orderId', 'externalOrderId', 'channel', 'currency', 'posting', 'reason'].map(text),
    ...['provider', 'paymentId', 'pot', 'postedAt', 'eventId'].map(text),
    ...['refundedUnits', 'refundedMinor', 'refundedTaxMinor', 'overpaidMinor'].map(number),
    ...['creditedUnits', 'creditedMinor', 'creditedTaxMinor'].map(number),
  ],
  from: { table: 'refund_posting' },
  orderBy: 'eventId, pot',
  rowId: ['eventId', 'pot'],
  countsOrders: false,
};

/** The measures that the totals do not have from the time before the facts. */
const added = allMeasures.filter(({ name }) => !Object.hasOwn(totalMeasures, name));
const channels = `SELECT channel, currency FROM ${ordersChangesAndRefunds} UNION SELECT channel, currency FROM fact
  UNION SELECT channel, currency FROM store_channel`;

const totals: Report = {
  name: 'totals-by-channel',
  columns: [...['channel', 'currency'].map(text), ...Object.keys(totalMeasures).map(number), ...columnsOf(added)],
  from: {
    sql: `SELECT * FROM
    (SELECT channel, currency, ${figuresOf(totalMeasures)}
     FROM (SELECT * FROM ${ordersChangesAndRefunds} UNION ALL BY NAME (${channels})) GROUP BY channel, currency) AS listed
    JOIN (SELECT channel AS c, currency AS m, ${sqlOf(added)}
          FROM (SELECT * FROM fact UNION ALL BY NAME (${channels})) GROUP BY channel, currency) AS measured
      ON measured.c IS NOT DISTINCT FROM listed.channel AND measured.m = listed.currency`,
  },
  orderBy: 'channel NULLS LAST, currency',
  countsOrders: true,
};

/** The reports of each version of a day. */
export const reports: Report[] = [
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
  quarantineReport,
];
