import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { Temporal } from 'temporal-polyfill';
import * as z from 'zod';
import { countryCodes } from './countries.ts';

/** An order of the data set, ready to post. Prices in pence. */
export type Invoice = {
  externalOrderId: string;
  customerId?: string;
  country: string;
  /** RFC 3339 with London's offset at that time. */
  placedAt: string;
  lines: { sku: string; quantity: number; unitPriceMinor: number }[];
};

/** A cancelled invoice. It does not name the order that it cancels. */
export type Cancellation = {
  invoiceNumber: string;
  customerId?: string;
  /** RFC 3339, as `placedAt`. */
  cancelledAt: string;
  lines: { sku: string; quantity: number; unitPriceMinor: number }[];
};

/** A product with its most frequent name and median price. */
export type Product = { sku: string; name: string; priceMinor: number; unitsSold: number };

export type SampleYear = {
  invoices: Invoice[];
  /** In the sequence of the file. */
  cancellations: Cancellation[];
  products: Product[];
  /** All invoices in the file. */
  invoiceCount: number;
  /** Invoices that are neither orders nor cancellations, by reason. */
  leftOutInvoices: Map<string, number>;
  /** Rows that are lines of neither, by reason, including rows of left-out invoices. */
  leftOutRows: Map<string, number>;
};

const Row = z.object({
  InvoiceNo: z.string().regex(/^[A-Z]?\d+$/),
  StockCode: z.string().min(1),
  Description: z.string(),
  Quantity: z.coerce.number().int(),
  InvoiceDate: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/),
  UnitPrice: z.coerce.number(),
  CustomerID: z.string(),
  Country: z.string(),
});
type Row = z.infer<typeof Row>;

/** Codes that charge for something other than goods: postage, carriage, discounts, fees, samples, manual entries. */
const feeCodes = new Set(['POST', 'DOT', 'C2', 'M', 'D', 'S', 'BANK CHARGES', 'AMAZONFEE', 'CRUK']);

/** The fee codes that are the store's own costs. */
const costCodes = new Set(['S', 'BANK CHARGES', 'AMAZONFEE', 'CRUK']);

/** Reads a gzip CSV of the columns that `test/data/online-retail/README.md` describes. */
export async function readSampleYear(file: string): Promise<SampleYear> {
  const rows = new Map<string, Row[]>();
  const leftOutRows = new Map<string, number>();
  const invoiceNumbers = new Set<string>();
  const records = createReadStream(file)
    .pipe(createGunzip())
    .pipe(parse({ columns: true, relax_column_count: true }));
  for await (const record of records) {
    invoiceNumbers.add(String(record.InvoiceNo));
    const row = Row.safeParse(record);
    const reason = row.success ? reasonToLeaveOut(row.data) : 'unreadable row';
    if (reason || !row.success) {
      count(leftOutRows, reason ?? 'unreadable row');
      continue;
    }
    rows.set(row.data.InvoiceNo, [...(rows.get(row.data.InvoiceNo) ?? []), row.data]);
  }
  const leftOutInvoices = new Map<string, number>();
  for (const number of invoiceNumbers) {
    if (!rows.has(number)) count(leftOutInvoices, reasonForInvoice(number));
  }
  const cancellations = [...rows].filter(([number]) => isCancellation(number));
  const invoices = [...rows].filter(([number]) => !isCancellation(number));
  return {
    invoices: invoices.map(([number, invoiceRows]) => toInvoice(number, invoiceRows)),
    cancellations: cancellations.map(([number, invoiceRows]) => toCancellation(number, invoiceRows)),
    products: toProducts(invoices.flatMap(([, invoiceRows]) => invoiceRows)),
    invoiceCount: invoiceNumbers.size,
    leftOutInvoices,
    leftOutRows,
  };
}

const penceOf = (row: Row) => Math.round(row.UnitPrice * 100);

function reasonToLeaveOut(row: Row): string | undefined {
  if (isCancellation(row.InvoiceNo)) return reasonToLeaveOutOfCancellation(row);
  if (/^[A-Z]/.test(row.InvoiceNo)) return 'adjustment';
  if (feeCodes.has(row.StockCode.toUpperCase())) return 'fee, postage or manual entry';
  if (row.Quantity <= 0) return 'write-off';
  if (penceOf(row) <= 0) return 'no price';
  if (!countryCodes.has(row.Country)) return 'unknown country';
  return undefined;
}

function reasonToLeaveOutOfCancellation(row: Row): string | undefined {
  if (costCodes.has(row.StockCode.toUpperCase())) return 'cancelled cost of the store';
  return row.Quantity >= 0 || penceOf(row) <= 0 ? 'cancellation of nothing' : undefined;
}

const isCancellation = (invoiceNumber: string) => invoiceNumber.startsWith('C');

function reasonForInvoice(number: string): string {
  if (isCancellation(number)) return 'cancellation of nothing that a customer paid';
  return /^[A-Z]/.test(number) ? 'adjustment' : 'no line of goods with a price';
}

function toInvoice(number: string, rows: Row[]): Invoice {
  const [first] = rows;
  if (!first) throw new Error(`Invoice ${number} has no rows`);
  return {
    externalOrderId: number,
    ...(first.CustomerID && { customerId: first.CustomerID }),
    country: countryCodes.get(first.Country) ?? 'ZZ',
    placedAt: londonTime(first.InvoiceDate),
    lines: rows.map((row) => ({ sku: row.StockCode, quantity: row.Quantity, unitPriceMinor: penceOf(row) })),
  };
}

function toCancellation(invoiceNumber: string, rows: Row[]): Cancellation {
  const [first] = rows;
  if (!first) throw new Error(`Invoice ${invoiceNumber} has no rows`);
  return {
    invoiceNumber,
    ...(first.CustomerID && { customerId: first.CustomerID }),
    cancelledAt: londonTime(first.InvoiceDate),
    lines: rows.map((row) => ({ sku: row.StockCode, quantity: -row.Quantity, unitPriceMinor: penceOf(row) })),
  };
}

const londonTime = (local: string) =>
  Temporal.PlainDateTime.from(local)
    .toZonedDateTime('Europe/London')
    .toString({ timeZoneName: 'never', smallestUnit: 'second' });

function toProducts(rows: Row[]): Product[] {
  return [...Map.groupBy(rows, (row) => row.StockCode)].map(([sku, own]) => ({
    sku,
    name: mostFrequent(own.map((row) => row.Description.trim()).filter(Boolean)) ?? sku,
    priceMinor: median(own.map(penceOf)),
    unitsSold: own.reduce((sum, row) => sum + row.Quantity, 0),
  }));
}

function mostFrequent(values: string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) count(counts, value);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
