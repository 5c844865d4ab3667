import assert from 'node:assert/strict';
import { allMeasures, type Breakdown, breakdowns } from '../metrics/breakdowns.ts';
import { factDimensions, factMeasures } from '../metrics/facts.ts';
import type { Measure } from '../metrics/measure.ts';

/** A `sum` has 128 bits, a `number` 64. `ratio` columns may be empty and do not add up. */
export type Column = { name: string; type: 'text' | 'number' | 'sum' | 'ratio' | 'time' };

export const text = (name: string): Column => ({ name, type: 'text' });
export const number = (name: string): Column => ({ name, type: 'number' });
const sum = (name: string): Column => ({ name, type: 'sum' });

const columnTypes = { sum: 'sum', count: 'number', ratio: 'ratio', balance: 'sum' } as const;
const columnsOf = (list: readonly Measure[]): Column[] =>
  list.map(({ name, kind }) => ({ name, type: columnTypes[kind] }));

/** Sums of `totals-by-channel` from the time before the facts; it has the measures of other names too. */
const totals = [
  'orders',
  'units',
  'totalMinor',
  'cancelledUnits',
  'cancelledMinor',
  'editedUnits',
  'editedMinor',
  'refundedUnits',
  'refundedMinor',
  'refundedTaxMinor',
  'overpaidMinor',
  'creditedUnits',
  'creditedMinor',
  'creditedTaxMinor',
  'netUnits',
  'netMinor',
];
/** The measures that the totals do not have from the time before the facts. */
export const addedMeasures = allMeasures.filter(({ name }) => !totals.includes(name));

const ofLines = ['units', 'subtotalMinor', 'discountMinor', 'salesMinor'];
const ofOrders = [...ofLines, 'shippingMinor', 'taxMinor', 'totalMinor'];
const sales = (by: string, sums: readonly string[]) => [text(by), text('currency'), number('orders'), ...sums.map(sum)];

const { channel: _totals, ...others } = breakdowns;
const ofBreakdown = ({ report, keys, measures }: Breakdown) =>
  [report, [...keys.map(text), text('currency'), ...columnsOf(measures)]] as const;

const byReport: Readonly<Record<string, readonly Column[]>> = {
  orders: [
    ...['orderId', 'externalOrderId', 'channel', 'customerId', 'country', 'currency', 'placedAt'].map(text),
    ...['units', 'lines', 'subtotalMinor', 'discountMinor', 'shippingMinor', 'taxMinor', 'totalMinor'].map(number),
  ],
  'sales-by-channel': sales('channel', ofOrders),
  'sales-by-category': sales('category', ofLines),
  'sales-by-sku': sales('sku', ofLines),
  'sales-by-country': sales('country', ofOrders),
  'sales-by-hour': sales('hour', ofOrders),
  'order-changes': [
    ...['orderId', 'externalOrderId', 'channel', 'currency', 'change', 'reason', 'changedAt', 'eventId'].map(text),
    ...['cancelledUnits', 'cancelledMinor', 'editedUnits', 'editedMinor'].map(number),
  ],
  refunds: [
    ...['refundId', 'orderId', 'externalOrderId', 'channel', 'currency', 'posting', 'reason'].map(text),
    ...['provider', 'paymentId', 'pot', 'postedAt', 'eventId'].map(text),
    ...['refundedUnits', 'refundedMinor', 'refundedTaxMinor', 'overpaidMinor'].map(number),
    ...['creditedUnits', 'creditedMinor', 'creditedTaxMinor'].map(number),
  ],
  'totals-by-channel': [...['channel', 'currency'].map(text), ...totals.map(sum), ...columnsOf(addedMeasures)],
  facts: [
    ...factDimensions.map((name) => (name === 'occurredAt' ? { name, type: 'time' as const } : text(name))),
    ...factMeasures.map(number),
  ],
  ...Object.fromEntries(Object.values<Breakdown>(others).map(ofBreakdown)),
  'stock-movements': [
    ...['sku', 'warehouse'].map(text),
    ...['received', 'shipped', 'returned', 'writtenOff', 'countDifference', 'transferred', 'onHandChange'].map(sum),
  ],
  quarantine: ['file', 'reason', 'eventId', 'orderId'].map(text),
  'data-quality': [
    ...['reason', 'channel', 'currency', 'measure'].map(text),
    ...['found', 'median', 'deviation'].map(sum),
    number('days'),
  ],
};

/** The reports that have rows, with their columns in order. */
export const reportColumns: ReadonlyMap<string, readonly Column[]> = new Map(Object.entries(byReport));

/** The columns of a report. */
export function columnsOfReport(name: string): readonly Column[] {
  const columns = reportColumns.get(name);
  assert(columns, `The report ${name} has columns.`);
  return columns;
}

/** The table of a report in Athena: `totals-by-channel` is `totals_by_channel`. */
export const tableNameOf = (report: string) => report.replaceAll('-', '_');
