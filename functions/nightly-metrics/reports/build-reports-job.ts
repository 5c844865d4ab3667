import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { hoursOfDay } from '../../../shared/business-day.ts';
import type { DuckDb } from '../../../shared/lake/duckdb-client.ts';
import { loadEvents } from './load-events.ts';
import { assertReconciled, type Content } from './manifest.ts';
import { measured } from './metrics.ts';
import { isOfStock } from '../../../shared/metrics/stock-measures.ts';
import { addCustomerFacts } from './facts/customer-facts.ts';
import { writePage } from './page/page-job.ts';
import { addFindings, type EarlierDay } from './quality/quality-job.ts';
import { qualityReport, qualityTable } from './quality/quality-report.ts';
import type { ReportEntry } from '../../../shared/reports/publishing/report-entry.ts';
import { fileEntry, writeReport } from '../../../shared/reports/publishing/write-report-job.ts';
import { figureReports, reports } from './reports.ts';
import { type Connection, literal } from '../../../shared/lake/sql.ts';
import { inParallel } from '../../../shared/in-parallel.ts';

/** The day, and the channels and currencies that have rows also without orders. */
type Day = {
  date: string;
  timeZone: string;
  channels: readonly string[];
  currencies: readonly string[];
  /** Files of the keys of the customers of earlier days. */
  earlierCustomers?: readonly string[];
  /** File of the stock at the end of the day before. */
  openingStock?: string | undefined;
  /** Days that the day is compared with. */
  comparedWith?: readonly EarlierDay[];
  /** Names of lake files of the day that are no complete gzip files. */
  damaged?: readonly string[];
};

const Count = z.coerce.number().int().nonnegative();
const Quarantined = z.array(z.object({ path: z.string(), reason: z.string(), rows: Count }));
const Engine = z.array(z.object({ version: z.string() }));
const Types = z.array(z.object({ source: z.string(), type: z.string() }));
const inputsAtOnce = 4;

/** The SQL that reports depend on: equal inputs of equal SQL and engine have equal outputs. */
const sqlDigest = createHash('sha256')
  .update(JSON.stringify([measured, reports]))
  .digest('hex');

/** A lake file by its name and the SHA-256 of its decompressed content, which is read in parts. */
async function inputEntry(path: string) {
  const hash = createHash('sha256');
  const file = await open(path);
  await pipeline(file.createReadStream(), hash);
  return { file: `${basename(path)}.gz`, sha256: hash.digest('hex') };
}

/**
 * Writes a day's reports to `directory` from lake files that were decompressed and keep their names without `.gz`, in any
 * order. Throws if the reports do not reconcile.
 */
export const buildReports = (
  duckDb: DuckDb,
  paths: string[],
  directory: string,
  { date, timeZone, channels, currencies, earlierCustomers = [], openingStock, damaged = [], comparedWith = [] }: Day,
) =>
  duckDb.connected(async (connection): Promise<Content> => {
    const dayHours = hoursOfDay(date, timeZone);
    const hours = dayHours.map(({ label }) => label);
    const counts = await loadEvents(connection, paths, dayHours);
    for (const file of damaged) {
      const path = literal(file.replace(/\.gz$/, ''));
      await connection.run(`INSERT INTO quarantine VALUES (${path}, 'damaged-file', NULL, NULL)`);
    }
    await createStoreTables(connection, channels, currencies, hours);
    await connection.run(`CREATE TEMP VIEW known_customer AS ${knownCustomers(earlierCustomers)}`);
    await measure(connection);
    await loadOpeningStock(connection, openingStock);
    const entries: ReportEntry[] = [];
    const rows = { ...counts, quarantined: await quarantined(connection) };
    await connection.run(qualityTable);
    for (const report of figureReports) entries.push(await writeReport(connection, report, directory));
    assertReconciled(entries);
    const findings = await addFindings(connection, rows, comparedWith);
    entries.push(await writeReport(connection, qualityReport, directory));
    const page = await writePage(connection, directory, { date, timeZone, hours, input: rows });
    entries.push({ name: 'report', rows: 0, amounts: {}, files: [await fileEntry(page)] });
    const [engine] = Engine.parse(await connection.rows('SELECT version() AS version'));
    const inputs = await inParallel(inputsAtOnce, paths.toSorted(), inputEntry);
    const quality = { findings, comparedWith: comparedWith.map(({ date: day, version }) => ({ date: day, version })) };
    const input = { ...rows, inputs };
    return { engine: `DuckDB ${engine?.version ?? ''}`, sqlDigest, input, quality, reports: entries };
  });

/** Fills the tables of the measures, by the sections of which the day has events. */
async function measure(connection: Connection): Promise<void> {
  for (const sql of measured.tables) await connection.run(sql);
  const types = Types.parse(await connection.rows('SELECT DISTINCT source, type FROM event'));
  const isPresent = (event: { source: string; detailType: string }) =>
    types.some(({ source, type }) => source === event.source && type === event.detailType);
  for (const { sql, hasCustomers } of measured.sections.filter(({ events }) => events.some(isPresent))) {
    for (const statement of sql) await connection.run(statement);
    if (hasCustomers) await addCustomerFacts(connection);
  }
  // What was read from the lake is most of the memory, and reports do not need it.
  for (const table of ['event', 'order_event', 'change_event', 'refund_event'])
    await connection.run(`DROP TABLE IF EXISTS ${table}`);
}

/** The stock of each SKU before the day, under the category that it has on the day. */
async function loadOpeningStock(connection: Connection, path: string | undefined): Promise<void> {
  await connection.run(
    `CREATE TEMP TABLE opening_stock (sku VARCHAR, category VARCHAR, currency VARCHAR, openingUnits BIGINT, openingValue BIGINT)`,
  );
  if (path === undefined) return;
  await connection.run(
    `INSERT INTO opening_stock
     SELECT sku, coalesce(today.category, before.category), currency, units, valueMinor
     FROM read_parquet(${literal(path)}) AS before
       LEFT JOIN (SELECT sku, max(category) AS category FROM fact WHERE ${isOfStock} GROUP BY sku) AS today USING (sku)`,
  );
}

export type BuildReports = typeof buildReports;

/** Read from the files again by each query, so that the history never is in the memory. */
const knownCustomers = (paths: readonly string[]) =>
  paths.length > 0
    ? `SELECT key FROM read_parquet([${paths.map(literal).join(', ')}])`
    : "SELECT '' AS key WHERE false";

/** The rows that reports have without facts: each channel and hour, in each currency of the store. */
async function createStoreTables(
  connection: Connection,
  channels: readonly string[],
  currencies: readonly string[],
  hours: readonly string[],
) {
  const valuesOf = (texts: readonly string[]) =>
    `(SELECT unnest(CAST([${texts.map(literal).join(', ')}] AS VARCHAR[])))`;
  const rowsOf = (table: string, column: string, texts: readonly string[]) =>
    connection.run(
      `CREATE TEMP TABLE ${table} AS SELECT * FROM ${valuesOf(texts)} AS c (${column}), ${valuesOf(currencies)} AS m (currency)`,
    );
  await rowsOf('store_channel', 'channel', channels);
  await rowsOf('store_hour', 'hour', hours);
}

async function quarantined(connection: Connection) {
  const sql = 'SELECT path, reason, count(*) AS rows FROM quarantine GROUP BY ALL ORDER BY ALL';
  return Quarantined.parse(await connection.rows(sql)).map(({ path, reason, rows }) => ({
    file: `${basename(path)}.gz`,
    reason,
    rows,
  }));
}
