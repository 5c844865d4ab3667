import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { BusinessDay } from '../../../shared/names.ts';

const Count = z.int().nonnegative();

/** Sums of one currency's rows, by the name of the column: minor units, or units of what became of orders later. */
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
  /** Units that were ordered; missing in the report of what became of orders later. */
  units: Count.optional(),
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
    /** Rows that were left out, by lake file and reason: `unreadable`, `other-day`, `invalid-order`, `-change` or `-refund`. */
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

/** What a currency's columns sum to; no column is in two of the lists. */
type Sums = Record<string, number>;

/**
 * Every report must add up to the orders, their changes and the refunds, in units and in each amount that it has. A
 * difference is a mistake in an event or in a query; the run stops, so that nobody reads wrong figures.
 */
export function assertReconciled(reports: ReportEntry[]): void {
  const named = (wanted: string): ReportEntry => {
    const report = reports.find(({ name }) => name === wanted);
    assert(report, `There is a report ${wanted}.`);
    return report;
  };
  const [orders, changes, refunds] = [named('orders'), named('order-changes'), named('refunds')];
  const currencies = new Set(reports.flatMap(({ amounts }) => Object.keys(amounts)));
  for (const report of reports) {
    const say = (what: string) => `${report.name} does not add up to the orders: ${what}`;
    if (report.units !== undefined) assert.equal(report.units, orders.units, say('units'));
    if (report.orders !== undefined) assert.equal(report.orders, orders.orders, say('orders'));
    const columns = new Set(Object.values(report.amounts).flatMap((sums) => Object.keys(sums)));
    for (const currency of currencies) {
      const listed = { ...orders.amounts[currency], ...changes.amounts[currency], ...refunds.amounts[currency] };
      const sums: Sums = { ...listed, ...derivedSums(listed) };
      for (const column of columns) {
        assert.equal(report.amounts[currency]?.[column] ?? 0, sums[column] ?? 0, say(`${column} in ${currency}`));
      }
    }
  }
}

/** Sales and what is left are no columns of the lists. */
function derivedSums({
  subtotalMinor = 0,
  discountMinor = 0,
  totalMinor = 0,
  cancelledMinor = 0,
  editedMinor = 0,
  refundedMinor = 0,
  overpaidMinor = 0,
}: Sums): Sums {
  return {
    salesMinor: subtotalMinor - discountMinor,
    netMinor: totalMinor - cancelledMinor + editedMinor - refundedMinor + overpaidMinor,
  };
}
