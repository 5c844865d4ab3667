import { lineMeasures, orderMeasures } from './metrics.ts';

type Column = { name: string; type: 'text' | 'number' };

/** A report as a query. Its rows have a total order, so that the same day gives the same bytes. */
export type Report = {
  name: string;
  columns: Column[];
  sql: string;
  orderBy: string;
  /** Whether a row counts each order once, so that the rows' orders add up. */
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

const sales = (by: string, table: 'placed_order' | 'order_line'): Report => {
  const measures = Object.entries(table === 'order_line' ? lineMeasures : orderMeasures);
  const figures = measures.map(([name, sql]) => `${sql} AS ${name}`).join(', ');
  return {
    name: `sales-by-${by}`,
    columns: [text(by), text('currency'), ...measures.map(([name]) => number(name))],
    sql: `SELECT ${by}, currency, ${figures} FROM ${table} GROUP BY ${by}, currency`,
    orderBy: `${by} NULLS LAST, currency`,
    countsOrders: table === 'placed_order',
  };
};

/** What finance finds in each version of a day. */
export const reports: Report[] = [
  orders,
  sales('channel', 'placed_order'),
  sales('category', 'order_line'),
  sales('sku', 'order_line'),
  sales('country', 'placed_order'),
  // The hour sorts by the instant it begins at: of the two hours from one to two, the one in summer time is first.
  { ...sales('hour', 'placed_order'), orderBy: 'CAST(hour AS TIMESTAMPTZ), currency' },
];
