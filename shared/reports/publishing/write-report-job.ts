import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { ownValue } from '../../input/own-value.ts';
import { type Connection, literal } from '../../lake/sql.ts';
import { measures } from '../../metrics/measures.ts';
import { csvCell, csvHeader, type Report } from './report.ts';
import type { ReportEntry } from './report-entry.ts';

const Count = z.coerce.number().int().nonnegative();
const Sums = z.array(z.record(z.string(), z.string().nullable()));

/**
 * Writes a report to `directory` in its formats, and returns its entry of the manifest. The same rows give the same bytes.
 */
export async function writeReport(connection: Connection, report: Report, directory: string): Promise<ReportEntry> {
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
