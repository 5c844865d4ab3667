import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { BusinessDay } from '../../shared/names.ts';

const Count = z.int().nonnegative();

/** Sums of one currency's rows in minor units, by the name of the column. */
const Amounts = z.record(z.string(), z.int());

const ReportFile = z.object({
  /** Name beside the manifest, such as `orders.csv`. */
  file: z.string(),
  bytes: Count,
  /** Hexadecimal. */
  sha256: z.string(),
});

const ReportEntry = z.object({
  name: z.string(),
  rows: Count,
  /** Missing where an order may be in several rows. */
  orders: Count.optional(),
  units: Count,
  /** By currency; empty when the report has no rows. */
  amounts: z.record(z.string(), Amounts),
  files: z.array(ReportFile),
});
export type ReportEntry = z.infer<typeof ReportEntry>;

/** What a version of a day's reports was made from and consists of. Written last: with it, the version is whole. */
export const Manifest = z.object({
  date: BusinessDay,
  timeZone: z.string(),
  version: z.int().positive(),
  runId: z.string(),
  writtenAt: z.string(),
  input: z.object({
    files: Count,
    lines: Count,
    events: Count,
    duplicates: Count,
    /** Rows that were left out, by lake file and reason: `unreadable`, `other-day`, `invalid-order`. */
    quarantined: z.array(z.object({ file: z.string(), reason: z.string(), rows: Count })),
  }),
  reports: z.array(ReportEntry),
});
export type Manifest = z.infer<typeof Manifest>;

/** The part of a manifest that follows from the lake alone. */
export type Content = Pick<Manifest, 'input' | 'reports'>;

/**
 * Two digests of a day's reports. `files` is over every byte. `data` leaves the Parquet files out, which hold the same
 * rows: a newer DuckDB may write them differently, and that is no new version of the figures.
 */
export function digestsOf({ input, reports }: Content): { files: string; data: string } {
  const quarantined: Record<string, number> = {};
  for (const { reason, rows } of input.quarantined) quarantined[reason] = (quarantined[reason] ?? 0) + rows;
  const files = reports.flatMap((report) => report.files.map(({ file, sha256 }) => [file, sha256] as const));
  const left = Object.entries(quarantined).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    files: digest([files, left]),
    data: digest([files.filter(([file]) => !file.endsWith('.parquet')), left]),
  };
}

const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/**
 * Every report must add up to the orders, in units and in each amount that it has. A difference is a mistake in an
 * order or in a query; the run stops, so that nobody reads wrong figures.
 */
export function assertReconciled(reports: ReportEntry[]): void {
  const reference: ReportEntry | undefined = reports.find(({ name }) => name === 'orders');
  assert(reference, 'There is a report of the orders.');
  for (const report of reports) {
    const say = (what: string) => `${report.name} does not add up to the orders: ${what}`;
    assert.equal(report.units, reference.units, say('units'));
    if (report.orders !== undefined) assert.equal(report.orders, reference.orders, say('orders'));
    const currencies: Set<string> = new Set([...Object.keys(reference.amounts), ...Object.keys(report.amounts)]);
    for (const currency of currencies) {
      for (const [column, sum] of Object.entries(expectedAmounts(reference, report, currency))) {
        assert.equal(report.amounts[currency]?.[column], sum, say(`${column} in ${currency}`));
      }
    }
  }
}

/** What the report's columns must sum to. Sales are the one sum that the orders do not carry as a column. */
function expectedAmounts(reference: ReportEntry, report: ReportEntry, currency: string): Record<string, number> {
  const orders = reference.amounts[currency];
  assert(orders, `${report.name} has ${currency}, in which there is no order.`);
  const sales = { salesMinor: (orders['subtotalMinor'] ?? 0) - (orders['discountMinor'] ?? 0) };
  const columns = Object.keys(report.amounts[currency] ?? orders);
  return Object.fromEntries(Object.entries({ ...orders, ...sales }).filter(([column]) => columns.includes(column)));
}
