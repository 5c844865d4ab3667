import * as z from 'zod';
import type { DataOf } from '../../../shared/contracts/define-event.ts';
import type { OrderImported } from '../../../shared/contracts/orders/import-events.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import {
  AmountMinor,
  CallerId,
  Country,
  Currency,
  Instant,
  maxAmountMinor,
  Sku,
  Warehouse,
} from '../../../shared/names.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import { judgeMisfits } from './malformed-rows.ts';

/** A row of a file, numbered as a spreadsheet shows it: blank rows count, and lines of one cell do not. */
export type FileRow = { row: number; cells: readonly string[] };
/** The same below the header; an empty cell is absent. */
type RawRow = { row: number; fields: Record<string, string> };
export type BadRow = { row: number; externalOrderId: string; reason: string };
export type ImportedOrder = DataOf<typeof OrderImported>;
/** An order with the rows that it came from. */
export type OrderRows = { order: ImportedOrder; rows: number[] };

const whole = z
  .string()
  .regex(/^\d{1,13}$/, 'Not a whole number')
  .transform(Number);
const amount = whole.pipe(AmountMinor);

/** What the rows of one order have in common. */
const orderFields = {
  externalOrderId: CallerId,
  channel: z.string(),
  currency: Currency,
  placedAt: Instant,
  customerId: CallerId.optional(),
  customerEmail: z.email().max(254).optional(),
  country: Country.default('ZZ'),
  postalCode: z.string().max(20).optional(),
  city: z.string().max(100).optional(),
  shippingMinor: amount.default(0),
};
const Row = z.strictObject({
  ...orderFields,
  sku: Sku,
  quantity: whole.pipe(z.int().min(1).max(1_000_000)),
  unitPriceMinor: amount,
  /** Of the whole line. */
  discountMinor: amount.default(0),
  taxMinor: amount.default(0),
  warehouse: Warehouse.optional(),
});
type Row = z.infer<typeof Row>;
type Read = { row: number; content: Row };

const columns = Object.keys(Row.shape);
const needed = ['externalOrderId', 'channel', 'currency', 'placedAt', 'sku', 'quantity', 'unitPriceMinor'];
const linesPerOrder = 1000;

/** Why a file with these columns cannot be read; undefined if it can. */
export function headerProblem(header: readonly string[]): string | undefined {
  const missing = needed.filter((name) => !header.includes(name));
  if (missing.length > 0) return `The header lacks ${missing.join(', ')}`;
  const unknown = header.filter((name) => !columns.includes(name));
  if (unknown.length > 0)
    return `The header has unknown columns: ${unknown.map((name) => JSON.stringify(name)).join(', ')}`;
  return new Set(header).size < header.length ? 'The header has a column twice' : undefined;
}

type Setting = {
  channels: ReadonlySet<string>;
  policy: Pick<SellingPolicy, 'taxIncluded' | 'warehousePreference'>;
  now: number;
};
type MisfitOf = ReturnType<typeof judgeMisfits>['rowOf'];

/**
 * Rows as orders, wherever in the file the rows of an order lie. An order with a bad row is not taken over, and each of
 * its rows is named. `now` is in milliseconds.
 */
export function ordersOf(
  { header, rows }: { header: readonly string[]; rows: readonly FileRow[] },
  setting: Setting,
): { orders: OrderRows[]; bad: BadRow[] } {
  const { bad, rowOf } = judgeMisfits(header, rows, setting.channels);
  const raw = rows.filter(({ cells }) => cells.length === header.length).map((row) => rawRow(header, row));
  const groups = Map.groupBy(raw, ({ fields }) => `${fields['channel']}\0${fields['externalOrderId']}`);
  const orders = [...groups.values()].flatMap((own) => {
    const refuse = ({ row, fields }: RawRow, reason: string) =>
      bad.push({ row, externalOrderId: fields['externalOrderId'] ?? '', reason });
    const read = own.map((each) => ({ each, result: readRow(each, setting) }));
    const good = read.flatMap(({ result }) => ('content' in result ? [result] : []));
    const [first] = good;
    const problem = good.length === read.length && first ? groupProblem(first, good, rowOf) : undefined;
    if (good.length < read.length || !first || problem !== undefined) {
      for (const { each, result } of read) {
        refuse(each, 'problem' in result ? result.problem : (problem ?? 'Another row of this order is bad'));
      }
      return [];
    }
    const order = orderOf(first.content, good, setting.policy);
    if (order.totalMinor >= 0 && order.totalMinor <= maxAmountMinor && order.lines.every(isPayable)) {
      return [{ order, rows: good.map(({ row }) => row) }];
    }
    for (const { each } of read) refuse(each, 'An amount of this order is below zero or too large');
    return [];
  });
  return { orders, bad: bad.toSorted((a, b) => a.row - b.row) };
}

const rawRow = (header: readonly string[], { row, cells }: FileRow): RawRow => ({
  row,
  fields: Object.fromEntries(
    header.map((name, index) => [name, cells[index] ?? ''] as const).filter(([, text]) => text !== ''),
  ),
});

const isPayable = ({ totalMinor }: { totalMinor: number }) => totalMinor >= 0;

function readRow({ row, fields }: RawRow, { channels, now }: Setting): Read | { problem: string } {
  const parsed = Row.safeParse(fields);
  if (!parsed.success) {
    return { problem: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') };
  }
  if (!channels.has(parsed.data.channel))
    return { problem: `channel: ${parsed.data.channel} is no channel of the store` };
  if (Date.parse(parsed.data.placedAt) > now) return { problem: 'placedAt: is in the future' };
  return { row, content: parsed.data };
}

/** What the rows of an order contradict each other in, or lack. */
function groupProblem({ content: first }: Read, rows: readonly Read[], misfitOf: MisfitOf): string | undefined {
  if (rows.length > linesPerOrder) return `An order has at most ${linesPerOrder} rows`;
  const differing = Object.keys(orderFields).filter((name) =>
    rows.some(
      ({ content }) =>
        Object.entries(content).find(([key]) => key === name)?.[1] !==
        Object.entries(first).find(([key]) => key === name)?.[1],
    ),
  );
  if (differing.length > 0) return `The rows of this order differ in ${differing.join(', ')}`;
  const misfit = misfitOf(first.channel, first.externalOrderId);
  return misfit === undefined ? undefined : `Row ${misfit} has another number of cells and may be of this order`;
}

function orderOf(
  first: Row,
  rows: readonly Read[],
  { taxIncluded, warehousePreference }: Setting['policy'],
): ImportedOrder {
  const sum = (of: (row: Row) => number) => rows.reduce((total, { content }) => total + of(content), 0);
  const { externalOrderId, channel, currency, shippingMinor, placedAt, country, postalCode, city } = first;
  const subtotalMinor = sum(({ quantity, unitPriceMinor }) => quantity * unitPriceMinor);
  const discountMinor = sum((row) => row.discountMinor);
  const taxMinor = sum((row) => row.taxMinor);
  return {
    orderId: orderIdOf(channel, externalOrderId),
    externalOrderId,
    channel,
    status: 'completed',
    currency,
    customer: { id: first.customerId, email: first.customerEmail },
    shippingAddress: { country, postalCode, city },
    shippingMethod: 'imported',
    couponCodes: [],
    lines: rows.map(({ content }, index) => ({
      lineId: `line-${index + 1}`,
      sku: content.sku,
      quantity: content.quantity,
      unitPriceMinor: content.unitPriceMinor,
      discountMinor: content.discountMinor,
      taxMinor: content.taxMinor,
      totalMinor:
        content.quantity * content.unitPriceMinor - content.discountMinor + (taxIncluded ? 0 : content.taxMinor),
      warehouse: content.warehouse ?? warehousePreference[0] ?? 'main',
    })),
    subtotalMinor,
    discountMinor,
    shippingMinor,
    taxMinor,
    taxIncluded,
    totalMinor: subtotalMinor - discountMinor + shippingMinor + (taxIncluded ? 0 : taxMinor),
    discounts: [],
    reservedUntil: null,
    placedAt,
  };
}
