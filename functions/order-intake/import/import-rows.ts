import { type RowOf, rowParser } from '../../../shared/csv/columns.ts';
import type { TableRow } from '../../../shared/csv/read.ts';
import type { DataOf } from '../../../shared/contracts/define-event.ts';
import { orderColumns } from '../../../shared/contracts/orders/file-columns.ts';
import type { OrderImported } from '../../../shared/contracts/orders/import-events.ts';
import { normalEmail } from '../../../shared/email.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import type { Totals } from '../../../shared/pricing/price-order.ts';
import { lineTotalOf } from '../../../shared/pricing/sent-amounts.ts';
import { type SellingPolicy, type WarehouseCodes, warehouseProblem } from '../../../shared/store.ts';
import { amountsWithinCeilings, importedCharge } from './imported-amounts.ts';
import { checkMalformedRows } from './malformed-rows.ts';

/** A row's cells by column; an empty cell is absent. */
type RawRow = { row: number; fields: Record<string, string> };
export type BadRow = { row: number; externalOrderId: string; reason: string };
export type ImportedOrder = DataOf<typeof OrderImported>;
/** An order and the numbers of its rows. */
export type OrderRows = { order: ImportedOrder; rows: number[] };

type Row = RowOf<typeof orderColumns>;
type ParsedRow = { row: number; content: Row };

const parseRow = rowParser(orderColumns);
const linesPerOrder = 1000;

type Settings = {
  channels: ReadonlySet<string>;
  /** Those of the settings. */
  warehouses: WarehouseCodes;
  policy: Pick<SellingPolicy, 'ceilings' | 'taxIncluded' | 'warehousePreference'>;
  now: number;
};
type MalformedRowOf = ReturnType<typeof checkMalformedRows>['rowOf'];

/**
 * Groups rows into orders, independent of their position in the file. An order with a bad row is not imported, and all
 * its rows are reported. `now` is in milliseconds.
 */
export function ordersOf(
  { header, rows }: { header: readonly string[]; rows: readonly TableRow[] },
  settings: Settings,
): { orders: OrderRows[]; bad: BadRow[] } {
  const { bad, rowOf } = checkMalformedRows(header, rows, settings.channels);
  const raw = rows.flatMap(({ row, fields }): RawRow[] => (fields ? [{ row, fields }] : []));
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
    const contents = good.map(({ content }) => content);
    const { taxIncluded = settings.policy.taxIncluded } = first.content;
    const amounts = amountsWithinCeilings(contents, first.content, taxIncluded, settings.policy);
    if (!('wrong' in amounts)) {
      const order = orderOf(first.content, good, amounts.totals, settings.policy);
      return [{ order, rows: good.map(({ row }) => row) }];
    }
    for (const [index, { each }] of read.entries()) {
      const own = amounts.wrong.filter((wrong) => wrong.index === undefined || wrong.index === index);
      reject(each, own.map(({ reason }) => reason).join('; ') || 'Another row of this order is bad');
    }
    return [];
  });
  return { orders, bad: bad.toSorted((a, b) => a.row - b.row) };
}

function readRow({ row, fields }: RawRow, { channels, warehouses, now }: Settings): ParsedRow | { problem: string } {
  const parsed = parseRow(fields);
  if ('problem' in parsed) return parsed;
  const { content } = parsed;
  if (!channels.has(content.channel)) return { problem: `channel: ${content.channel} is no channel of the store` };
  const unknown = content.warehouse === undefined ? undefined : warehouseProblem(content.warehouse, warehouses);
  if (unknown !== undefined) return { problem: `warehouse: ${unknown}` };
  if (Date.parse(content.placedAt) > now) return { problem: 'placedAt: is in the future' };
  return { row, content };
}

const orderFields = Object.entries(orderColumns).flatMap(([name, column]) => (column.of === 'order' ? [name] : []));

/** Why the rows of an order cannot be imported together; undefined if they can. */
function groupProblem(
  { content: first }: ParsedRow,
  rows: readonly ParsedRow[],
  malformedRowOf: MalformedRowOf,
): string | undefined {
  if (rows.length > linesPerOrder) return `An order has at most ${linesPerOrder} rows`;
  const valueOf = (content: Row, name: string) =>
    comparable(name, Object.entries(content).find(([key]) => key === name)?.[1]);
  const differing = orderFields.filter((name) =>
    rows.some(({ content }) => valueOf(content, name) !== valueOf(first, name)),
  );
  if (differing.length > 0) return `The rows of this order differ in ${differing.join(', ')}`;
  const malformedRow = malformedRowOf(first.channel, first.externalOrderId);
  return malformedRow === undefined ? undefined : `Row ${malformedRow} is malformed and may be of this order`;
}

/** A value in the form in which the rows of an order are compared: another spelling is no other value. */
function comparable(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (name === 'placedAt') return Date.parse(value);
  return name === 'customerEmail' ? normalEmail(value) : value.normalize();
}

function orderOf(first: Row, rows: readonly ParsedRow[], totals: Totals, policy: Settings['policy']): ImportedOrder {
  const { externalOrderId, channel, currency, chargesMinor, placedAt } = first;
  return {
    orderId: orderIdOf(channel, externalOrderId),
    externalOrderId,
    channel,
    status: 'completed',
    currency,
    ...peopleOf(first),
    shippingMethod: first.shippingMethod ?? 'imported',
    couponCodes: [],
    note: first.note,
    lines: rows.map(({ content }, index) => ({
      lineId: `line-${index + 1}`,
      sku: content.sku,
      quantity: content.quantity,
      unitPriceMinor: content.unitPriceMinor,
      discountMinor: content.discountMinor,
      taxMinor: content.taxMinor,
      totalMinor: lineTotalOf(content, totals.taxIncluded),
      warehouse: content.warehouse ?? policy.warehousePreference[0] ?? 'main',
    })),
    ...totals,
    ...(chargesMinor > 0 && { charges: [importedCharge(chargesMinor)] }),
    discounts: [],
    reservedUntil: null,
    placedAt,
  };
}

/** Customer and addresses of the order. */
const peopleOf = (row: Row) => ({
  customer: { id: row.customerId, email: row.customerEmail, name: row.customerName, phone: row.customerPhone },
  shippingAddress: {
    name: row.recipientName,
    company: row.company,
    line1: row.line1,
    line2: row.line2,
    district: row.district,
    city: row.city,
    state: row.state,
    postalCode: row.postalCode,
    country: row.country,
    phone: row.phone,
  },
  ...(row.billingCountry !== undefined && {
    billingAddress: {
      name: row.billingName,
      company: row.billingCompany,
      line1: row.billingLine1,
      line2: row.billingLine2,
      district: row.billingDistrict,
      city: row.billingCity,
      state: row.billingState,
      postalCode: row.billingPostalCode,
      country: row.billingCountry,
      phone: row.billingPhone,
    },
  }),
});
