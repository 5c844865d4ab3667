import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { BusinessDay } from '../../../shared/names.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import { ReportEntry } from '../../../shared/reports/publishing/report-entry.ts';

const Count = z.int().nonnegative();

/** Input and files of a version of a day's reports. Written last: a version with a manifest is complete. */
export const Manifest = z.object({
  date: BusinessDay,
  timeZone: z.string(),
  version: z.int().positive(),
  runId: z.string(),
  writtenAt: z.string(),
  /** Name and version of the program that built the files; absent before 2026-12-01. */
  engine: z.string().optional(),
  /** SHA-256 of the SQL of the reports, hexadecimal. */
  sqlDigest: z.string().optional(),
  input: z.object({
    files: Count,
    lines: Count,
    events: Count,
    duplicates: Count,
    /** The lake files, with the SHA-256 of their decompressed content. */
    inputs: z.array(z.object({ file: z.string(), sha256: z.string() })).optional(),
    /** Rows in no report, by lake file and reason: such as `unreadable` or `placed-twice`; the report `quarantine` lists them. */
    quarantined: z.array(z.object({ file: z.string(), reason: z.string(), rows: Count })),
  }),
  /** What the report `data-quality` lists, and the earlier versions that the day was compared with; absent before 2026-12-01. */
  quality: z
    .object({
      findings: z.array(z.object({ reason: z.string(), rows: Count })),
      comparedWith: z.array(z.object({ date: BusinessDay, version: z.int().positive() })),
    })
    .optional(),
  reports: z.array(ReportEntry),
  /** How the version differs from the one that it replaced, in `changes.csv`; absent in the first version of a day. */
  changes: z
    .object({
      from: z.int().positive(),
      /** Differences; the file has the first 10,000. */
      lines: Count,
    })
    .optional(),
});
export type Manifest = z.infer<typeof Manifest>;

/** The part of a manifest that depends on the lake only, except for `quality`. */
export type Content = Pick<Manifest, 'engine' | 'sqlDigest' | 'input' | 'quality' | 'reports'>;

/**
 * Two digests of a day's reports. `files` covers every file. `data` has the CSV files and the engine: Parquet files and the
 * page hold the same rows, and another version of the page may write other bytes for the same figures. Another version of
 * DuckDB is another version of the day. Data quality is not in `data`: reports of earlier days alone give no new version.
 */
export function digestsOf({ engine, input, reports }: Content): { files: string; data: string } {
  const rowsByReason = new Map<string, number>();
  for (const { reason, rows } of input.quarantined) rowsByReason.set(reason, (rowsByReason.get(reason) ?? 0) + rows);
  // The list of quarantined lines names lake files, which may be split or repeated in another way.
  const listed = reports.filter(({ name }) => name !== 'quarantine');
  const files = listed.flatMap((report) => report.files.map(({ file, sha256 }) => [file, sha256] as const));
  const quarantined = [...rowsByReason].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    files: digest([files, quarantined]),
    data: digest([files.filter(([file]) => isOfFigures(file)), quarantined, engine]),
  };
}

const isOfFigures = (file: string) => file.endsWith('.csv') && file !== 'data-quality.csv';

const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** Sums of a currency by column. The columns of orders, changes and refunds are disjoint. */
type Sums = Record<string, bigint>;

const sumsIn = ({ amounts, largeAmounts = {} }: ReportEntry, currency: string): Sums =>
  Object.fromEntries(
    [ownValue(amounts, currency), ownValue(largeAmounts, currency)]
      .flatMap((columns) => Object.entries<number | string>(columns ?? {}))
      .map(([column, sum]) => [column, BigInt(sum)]),
  );

/**
 * Checks that every report adds up to the orders, their changes and the refunds, in units and in each amount. Throws at a
 * difference, which comes from an invalid event or query, so that no wrong figures are published.
 */
export function assertReconciled(reports: ReportEntry[]): void {
  const reportNamed = (wanted: string): ReportEntry => {
    const report = reports.find(({ name }) => name === wanted);
    assert(report, `There is a report ${wanted}.`);
    return report;
  };
  const [orders, changes, refunds] = [reportNamed('orders'), reportNamed('order-changes'), reportNamed('refunds')];
  const facts = reportNamed('facts');
  const currencies = new Set(reports.flatMap(({ amounts }) => Object.keys(amounts)));
  for (const report of reports) {
    const difference = (what: string) => `${report.name} does not add up to the orders: ${what}`;
    if (report.units !== undefined) assert.equal(report.units, orders.units, difference('units'));
    if (report.orders !== undefined) assert.equal(report.orders, orders.orders, difference('orders'));
    const own = new Map([...currencies].map((currency) => [currency, sumsIn(report, currency)]));
    const columns = new Set([...own.values()].flatMap((sums) => Object.keys(sums)));
    for (const currency of currencies) {
      const [placed, changed, refunded] = [orders, changes, refunds].map((each) => sumsIn(each, currency));
      const listed: Sums = { ...placed, ...changed, ...refunded };
      const sums: Sums = { ...sumsIn(facts, currency), ...listed, ...derivedSums(listed) };
      for (const column of columns) {
        assert.equal(
          ownValue(own.get(currency) ?? {}, column) ?? 0n,
          ownValue(sums, column) ?? 0n,
          difference(`${column} in ${currency}`),
        );
      }
    }
  }
}

/** Sums of columns that the three lists do not have. */
function derivedSums({
  subtotalMinor = 0n,
  discountMinor = 0n,
  totalMinor = 0n,
  cancelledMinor = 0n,
  editedMinor = 0n,
  refundedMinor = 0n,
  overpaidMinor = 0n,
}: Sums): Sums {
  return {
    salesMinor: subtotalMinor - discountMinor,
    netMinor: totalMinor - cancelledMinor + editedMinor - refundedMinor + overpaidMinor,
  };
}
