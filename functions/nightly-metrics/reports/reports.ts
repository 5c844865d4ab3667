import { lineMeasures, orderMeasures, ordersChangesAndRefunds, totalMeasures } from './metrics.ts';

type Column = { name: string; type: 'text' | 'number' };

/** A report as a query. `orderBy` is a total order, so that the same events give the same bytes. */
export type Report = {
  name: string;
  columns: Column[];
  sql: string;
  orderBy: string;
  /** Whether each order counts in one row only, so that the orders of the rows add up. */
  countsOrders: boolean;
};

const text = (name: string): Column => ({ name, type: 'text' });
const number = (name: string): Column => ({ name, type: 'number' });

const orders: Report = {
  name: 'orders',
  columns: [
    ...['orderId', 'externalOrderId', 'channel', 'customerId', 'country', 'currency', 'placedAt'].map(text),
    ...['units', 'lines', 'subtotalMinor', 'discountMinor', 'shippingMinor', 'taxMinor', 'totalMinor'].map(number),
  ],
  sql: 'SELECT * FROM placed_order',
  orderBy: 'orderId',
  countsOrders: true,
};

const figuresOf = (measures: Record<string, string>) =>
  Object.entries(measures)
    .map(([name, sql]) => `${sql} AS ${name}`)
    .join(', ');

const sales = (by: string, table: 'placed_order' | 'order_line'): Report => {
  const measures = table === 'order_line' ? lineMeasures : orderMeasures;
  return {
    name: `sales-by-${by}`,
    columns: [text(by), text('currency'), ...Object.keys(measures).map(number)],
    sql: `SELECT ${by}, currency, ${figuresOf(measures)} FROM ${table} GROUP BY ${by}, currency`,
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
  sql: 'SELECT * FROM order_change',
  orderBy: 'eventId',
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
  sql: 'SELECT * FROM refund_posting',
  orderBy: 'eventId, pot',
  countsOrders: false,
};

const totals: Report = {
  name: 'totals-by-channel',
  columns: [...['channel', 'currency'].map(text), ...Object.keys(totalMeasures).map(number)],
  sql: `SELECT channel, currency, ${figuresOf(totalMeasures)} FROM ${ordersChangesAndRefunds} GROUP BY channel, currency`,
  orderBy: 'channel, currency',
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
];
