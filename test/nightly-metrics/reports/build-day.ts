import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll } from 'vitest';
import { buildReports } from '../../../functions/nightly-metrics/reports/build-reports-job.ts';
import type { EarlierDay } from '../../../functions/nightly-metrics/reports/quality/quality-job.ts';
import { createDuckDb } from '../../../shared/lake/duckdb-client.ts';

const duckDb = createDuckDb();
const root = mkdtempSync(join(tmpdir(), 'build-reports-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Builds a day's reports from lake files. */
export async function build(
  files: Buffer[],
  {
    date = '2011-06-15',
    timeZone = 'Europe/London',
    channels = [] as string[],
    currencies = [] as string[],
    comparedWith = [] as EarlierDay[],
    openingStock = undefined as string | undefined,
  } = {},
) {
  const directory = mkdtempSync(join(root, 'day-'));
  const paths = files.map((content, index) => {
    const path = join(directory, `file's ${index}.ndjson`);
    writeFileSync(path, gunzipSync(content));
    return path;
  });
  const day = { date, timeZone, channels, currencies, comparedWith, openingStock };
  const { input, quality, reports } = await buildReports(duckDb, paths, directory, day);
  const read = (file: string) => readFileSync(join(directory, file));
  const rows = (name: string) => parse<Record<string, string>>(read(`${name}.csv`), { bom: true, columns: true });
  const report = (name: string) => reports.find((each) => each.name === name);
  return { input, quality, reports, read, rows, report, directory };
}
