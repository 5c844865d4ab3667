import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { open, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { hoursOfDay } from '../../../shared/business-day.ts';
import type { DuckDb } from '../../../shared/lake/duckdb-client.ts';
import { loadEvents } from './load-events.ts';
import { assertReconciled, type Content, type ReportEntry } from './manifest.ts';
import { measured } from './metrics.ts';
import { measures } from '../../../shared/metrics/measures.ts';
import { addCustomerFacts } from './facts/customer-facts.ts';
import { writePage } from './page/page-job.ts';
import { addFindings, type EarlierDay } from './quality/quality-job.ts';
import { qualityReport, qualityTable } from './quality/quality-report.ts';
import { csvCell, csvHeader, type Report } from './report.ts';
import { figureReports, reports } from './reports.ts';
import { type Connection, literal } from '../../../shared/lake/sql.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

/** The day, and the channels and currencies that have rows also without orders. */
type Day = {
  date: string;
  timeZone: string;
  channels: readonly string[];
  currencies: readonly string[];
  /** Files of the keys of the customers of earlier days. */
  earlierCustomers?: readonly string[];
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

const Sums = z.array(z.record(z.string(), z.string().nullable()));

/**
 * Writes a day's reports to `directory` from lake files that were decompressed and keep their names without `.gz`, in any
 * order. Throws if the reports do not reconcile.
 */
export const buildReports = (
  duckDb: DuckDb,
  paths: string[],
  directory: string,
  { date, timeZone, channels, currencies, earlierCustomers = [], damaged = [], comparedWith = [] }: Day,
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

async function writeReport(connection: Connection, report: Report, directory: string): Promise<ReportEntry> {
  const names = report.columns.map(({ name }) => name).join(', ');
  const table = await tableOf(connection, report, names);
  const sums = await sumsOf(connection, report, table);
  const rows = `FROM ${table} ORDER BY ${report.orderBy}`;
  const formats = report.formats ?? ['csv', 'parquet'];
  const pathOf = (format: string) => join(directory, `${report.name}.${format}`);
  const copies = {
    csv: `COPY (SELECT ${report.columns.map(csvCell).join(', ')} ${rows}) TO ${literal(pathOf('csv'))}
       (FORMAT csv, HEADER true, NEW_LINE '\\r\\n')`,
    parquet: `COPY (SELECT ${names} ${rows}) TO ${literal(pathOf('parquet'))} (FORMAT parquet, ROW_GROUP_SIZE 122880)`,
  };
  for (const format of formats) {
    if (format === 'csv' && sums.rows === 0) await writeFile(pathOf('csv'), csvHeader(report));
    else await connection.run(copies[format]);
  }
  const files = await Promise.all(formats.map((format) => fileEntry(pathOf(format))));
  return { name: report.name, ...sums, files };
}

/** The table with the rows of a report; one that is a query is stored, as several statements read it. */
async function tableOf(connection: Connection, { name, from }: Report, columns: string): Promise<string> {
  if ('table' in from) return from.table;
  await connection.run(`CREATE TEMP TABLE "report ${name}" AS SELECT ${columns} FROM (${from.sql})`);
  return `"report ${name}"`;
}

/** A file with its size and checksum. */
export async function fileEntry(path: string) {
  const content = await readFile(path);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { file: basename(path), bytes: content.length, sha256 };
}

/** Sums by currency, read from the report's own rows, so that the reconciliation compares what was written. */
async function sumsOf(connection: Connection, report: Report, table: string) {
  const has = (column: string) => report.columns.some(({ name }) => name === column);
  if (!has('currency') || sumsNothing(report)) return { rows: await rowsOf(connection, table), amounts: {} };
  const sqlByName =
    report.sums ??
    Object.fromEntries(
      report.columns
        .filter(({ name, type }) => ['number', 'sum'].includes(type) && name !== 'lines')
        .map(({ name }) => [name, `sum(${name})`]),
    );
  const summed = Object.keys(sqlByName).map((name) => ({ name }));
  const orders = has('orders') ? [] : ['CAST(count(*) AS VARCHAR) AS orders'];
  const sums = Object.entries(sqlByName).map(([name, sql]) => `CAST(${sql} AS VARCHAR) AS ${name}`);
  const found = Sums.parse(
    await connection.rows(
      `SELECT currency, CAST(count(*) AS VARCHAR) AS rowCount, ${[...orders, ...sums].join(', ')}
       FROM ${table} GROUP BY currency ORDER BY currency`,
    ),
  );
  const total = (name: string) => found.reduce((sum, row) => sum + exactNumber(ownValue(row, name)), 0);
  const amountsWhere = (isWanted: (sum: bigint) => boolean): [string, [string, bigint][]][] =>
    found.map((row) => {
      const columns = summed
        .filter(({ name }) => isAmount(name))
        .map(({ name }): [string, bigint] => [name, exactSum(ownValue(row, name))]);
      return [row['currency'] ?? '', columns.filter(([, sum]) => isWanted(sum))];
    });
  const large = amountsWhere((sum) => !isExactNumber(sum)).filter(([, columns]) => columns.length > 0);
  return {
    rows: total('rowCount'),
    ...(report.countsOrders && { orders: total('orders') }),
    ...(has('units') && { units: total('units') }),
    amounts: byCurrency(amountsWhere(isExactNumber), Number),
    ...(large.length > 0 && { largeAmounts: byCurrency(large, String) }),
  };
}

const sumsNothing = ({ sums }: Report) => sums !== undefined && Object.keys(sums).length === 0;

async function rowsOf(connection: Connection, table: string): Promise<number> {
  const [row] = z
    .array(z.object({ rows: Count }))
    .parse(await connection.rows(`SELECT count(*) AS rows FROM ${table}`));
  return row?.rows ?? 0;
}

const summedMeasures = new Set(
  measures.filter(({ kind, name }) => kind === 'sum' && name !== 'units').map(({ name }) => name),
);

/** Columns whose sums by currency are in the manifest. */
const isAmount = (column: string) =>
  summedMeasures.has(column) || /Minor$|^(cancelled|edited|refunded|credited)Units$/.test(column);

const byCurrency = <T>(sums: [string, [string, bigint][]][], toJson: (sum: bigint) => T) =>
  Object.fromEntries(
    sums.map(([currency, columns]) => [
      currency,
      Object.fromEntries(columns.map(([name, sum]) => [name, toJson(sum)])),
    ]),
  );

function exactSum(text: string | null | undefined): bigint {
  assert(text, 'Every column has a sum.');
  return BigInt(text);
}

/** Whether a JSON number is exact: below 2^53. */
const isExactNumber = (sum: bigint) => Number.isSafeInteger(Number(sum));

/** A number of rows, orders or units. */
function exactNumber(text: string | null | undefined): number {
  const count = exactSum(text);
  assert(isExactNumber(count), `The count ${text} is too large to be exact.`);
  return Number(count);
}

async function quarantined(connection: Connection) {
  const sql = 'SELECT path, reason, count(*) AS rows FROM quarantine GROUP BY ALL ORDER BY ALL';
  return Quarantined.parse(await connection.rows(sql)).map(({ path, reason, rows }) => ({
    file: `${basename(path)}.gz`,
    reason,
    rows,
  }));
}
