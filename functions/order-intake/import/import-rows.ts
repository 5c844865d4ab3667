import * as z from 'zod';
import type { DataOf } from '../../../shared/contracts/define-event.ts';
import type { OrderImported } from '../../../shared/contracts/orders/import-events.ts';
import { Email } from '../../../shared/email.ts';
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
import { checkCellCounts } from './malformed-rows.ts';

/** A row of a file. `row` is the number that a spreadsheet shows: blank rows count, line breaks in a cell do not. */
export type FileRow = { row: number; cells: readonly string[] };
/** A row's cells by column; an empty cell is absent. */
type RawRow = { row: number; fields: Record<string, string> };
export type BadRow = { row: number; externalOrderId: string; reason: string };
export type ImportedOrder = DataOf<typeof OrderImported>;
/** An order and the numbers of its rows. */
export type OrderRows = { order: ImportedOrder; rows: number[] };

const wholeNumber = z
  .string()
  .regex(/^\d{1,13}$/, 'Not a whole number')
  .transform(Number);
const amount = wholeNumber.pipe(AmountMinor);

/** Columns of the order; all rows of one order must agree on them. */
const orderFields = {
  externalOrderId: CallerId,
  channel: z.string(),
  currency: Currency,
  placedAt: Instant,
  customerId: CallerId.optional(),
  customerEmail: Email.optional(),
  country: Country.default('ZZ'),
  postalCode: z.string().max(20).optional(),
  city: z.string().max(100).optional(),
  shippingMinor: amount.default(0),
};
const Row = z.strictObject({
  ...orderFields,
  sku: Sku,
  quantity: wholeNumber.pipe(z.int().min(1).max(1_000_000)),
  unitPriceMinor: amount,
  /** For the whole line, not per unit. */
  discountMinor: amount.default(0),
  taxMinor: amount.default(0),
  warehouse: Warehouse.optional(),
});
type Row = z.infer<typeof Row>;
type ParsedRow = { row: number; content: Row };

const columns = Object.keys(Row.shape);
const requiredColumns = ['externalOrderId', 'channel', 'currency', 'placedAt', 'sku', 'quantity', 'unitPriceMinor'];
const linesPerOrder = 1000;

/** Why the header is invalid; undefined if it is valid. */
export function headerProblem(header: readonly string[]): string | undefined {
  const missing = requiredColumns.filter((name) => !header.includes(name));
  if (missing.length > 0) return `The header lacks ${missing.join(', ')}`;
  const unknown = header.filter((name) => !columns.includes(name));
  if (unknown.length > 0)
    return `The header has unknown columns: ${unknown.map((name) => JSON.stringify(name)).join(', ')}`;
  return new Set(header).size < header.length ? 'The header has a column twice' : undefined;
}

type Settings = {
  channels: ReadonlySet<string>;
  policy: Pick<SellingPolicy, 'taxIncluded' | 'warehousePreference'>;
  now: number;
};
type MalformedRowOf = ReturnType<typeof checkCellCounts>['rowOf'];

/**
 * Groups rows into orders, independent of their position in the file. An order with a bad row is not imported, and all
 * its rows are reported. `now` is in milliseconds.
 */
export function ordersOf(
  { header, rows }: { header: readonly string[]; rows: readonly FileRow[] },
  settings: Settings,
): { orders: OrderRows[]; bad: BadRow[] } {
  const { bad, rowOf } = checkCellCounts(header, rows, settings.channels);
  const raw = rows.filter(({ cells }) => cells.length === header.length).map((row) => rawRow(header, row));
  const groups = Map.groupBy(raw, ({ fields }) => `${fields['channel']}\0${fields['externalOrderId']}`);
  const orders = [...groups.values()].flatMap((own) => {
    const reject = ({ row, fields }: RawRow, reason: string) =>
      bad.push({ row, externalOrderId: fields['externalOrderId'] ?? '', reason });
    const read = own.map((each) => ({ each, result: readRow(each, settings) }));
    const good = read.flatMap(({ result }) => ('content' in result ? [result] : []));
    const [first] = good;
    const problem = good.length === read.length && first ? groupProblem(first, good, rowOf) : undefined;
    if (good.length < read.length || !first || problem !== undefined) {
      for (const { each, result } of read) {
        reject(each, 'problem' in result ? result.problem : (problem ?? 'Another row of this order is bad'));
      }
      return [];
    }
    const order = orderOf(first.content, good, settings.policy);
    if (order.totalMinor >= 0 && order.totalMinor <= maxAmountMinor && order.lines.every(isPayable)) {
      return [{ order, rows: good.map(({ row }) => row) }];
    }
    for (const { each } of read) reject(each, 'An amount of this order is below zero or too large');
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

function readRow({ row, fields }: RawRow, { channels, now }: Settings): ParsedRow | { problem: string } {
  const parsed = Row.safeParse(fields);
  if (!parsed.success) {
    return { problem: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') };
  }
  if (!channels.has(parsed.data.channel))
    return { problem: `channel: ${parsed.data.channel} is no channel of the store` };
  if (Date.parse(parsed.data.placedAt) > now) return { problem: 'placedAt: is in the future' };
  return { row, content: parsed.data };
}

/** Why the rows of an order cannot be imported together; undefined if they can. */
function groupProblem(
  { content: first }: ParsedRow,
  rows: readonly ParsedRow[],
  malformedRowOf: MalformedRowOf,
): string | undefined {
  if (rows.length > linesPerOrder) return `An order has at most ${linesPerOrder} rows`;
  const differing = Object.keys(orderFields).filter((name) =>
    rows.some(
      ({ content }) =>
        Object.entries(content).find(([key]) => key === name)?.[1] !==
        Object.entries(first).find(([key]) => key === name)?.[1],
    ),
  );
  if (differing.length > 0) return `The rows of this order differ in ${differing.join(', ')}`;
  const malformedRow = malformedRowOf(first.channel, first.externalOrderId);
  return malformedRow === undefined
    ? undefined
    : `Row ${malformedRow} has another number of cells and may be of this order`;
}

function orderOf(
  first: Row,
  rows: readonly ParsedRow[],
  { taxIncluded, warehousePreference }: Settings['policy'],
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
