import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import * as z from 'zod';
import { daysBefore, daysFrom } from '../../../shared/business-day.ts';
import { horizonDays } from '../../../shared/forecast/forecast.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { addDay, dropLargeBaskets, inputTables } from '../../../shared/insights/inputs.ts';
import type { DuckDb } from '../../../shared/lake/duckdb-client.ts';
import { type Connection, literal } from '../../../shared/lake/sql.ts';
import type { ReportEntry } from '../../../shared/reports/publishing/report-entry.ts';
import { fileEntry, writeReport } from '../../../shared/reports/publishing/write-report-job.ts';
import { writePage } from './page/page-job.ts';
import { figuresOf } from './figures-job.ts';
import { addForecasts } from './forecast-job.ts';
import type { History } from './history-store.ts';
import { insightReports } from './insight-reports.ts';
import type { Content } from './manifest.ts';

/** Days of the history that are read at most, and those whose baskets are counted. */
const historyDays = 730;
const basketDays = 365;
/** Days whose files are on the disk at once. */
const daysAtOnce = 8;

const Engine = z.array(z.object({ version: z.string() }));

/** The 28 days of the forecast, with what is special about them. */
type Calendar = { holidays: ReadonlyMap<string, string>; promotions: ReadonlyMap<string, readonly string[]> };
type Day = { date: string; timeZone: string; promotionsVersion: number; calendar: Calendar };

export const forecastDays = (date: string): string[] =>
  daysFrom(daysBefore(date, -1), daysBefore(date, -horizonDays), horizonDays);

/**
 * Writes the insights of a day to `directory`, from the published reports of up to 730 days. Throws if the reports of the day
 * itself are not published. The files of a few days are on the disk at once, so that neither disk nor memory grows with the
 * history beyond what DuckDB keeps of it: units and sales by day, SKU and channel.
 */
export const buildInsights = (
  duckDb: DuckDb,
  history: Pick<History, 'days' | 'download'>,
  directory: string,
  { date, timeZone, promotionsVersion, calendar }: Day,
): Promise<Content> =>
  duckDb.connected(async (connection) => {
    const days = (await history.days()).filter((day) => day <= date && day > daysBefore(date, historyDays));
    assert(days.at(-1) === date, `The reports of ${date} are not published.`);
    for (const sql of inputTables) await connection.run(sql);
    const inputs = await addHistory(connection, history, { days, date, directory });
    await connection.run(dropLargeBaskets);
    await addMarks(connection, date, calendar);
    await addForecasts(connection, date, directory);
    const entries: ReportEntry[] = [];
    for (const report of insightReports(date)) entries.push(await writeReport(connection, report, directory));
    const read = inputs.map(({ day }) => day);
    const figures = await figuresOf(connection, date, read);
    const page = await writePage(connection, directory, { date, timeZone, figures });
    entries.push({ name: 'insights', rows: 0, amounts: {}, files: [await fileEntry(page)] });
    const [engine] = Engine.parse(await connection.rows('SELECT version() AS version'));
    return { engine: `DuckDB ${engine?.version ?? ''}`, inputs, promotionsVersion, figures, reports: entries };
  });
export type BuildInsights = typeof buildInsights;

async function addHistory(
  connection: Connection,
  history: Pick<History, 'download'>,
  { days, date, directory }: { days: readonly string[]; date: string; directory: string },
) {
  const inputs: Content['inputs'] = [];
  for (let from = 0; from < days.length; from += daysAtOnce) {
    const found = await inParallel(daysAtOnce, days.slice(from, from + daysAtOnce), (day) =>
      history.download(day, directory),
    );
    for (const file of found) {
      if (!file) continue;
      const { day, facts, orders } = file;
      const hasBaskets = day > daysBefore(date, basketDays);
      for (const sql of addDay(day, facts.path, orders.path, { hasBaskets })) await connection.run(sql);
      inputs.push({ day, facts: facts.etag, orders: orders.etag });
      await Promise.all([facts, orders].map(({ path }) => rm(path)));
    }
  }
  return inputs;
}

/** The table of the days of the forecast with a holiday or a promotion. */
async function addMarks(connection: Connection, date: string, { holidays, promotions }: Calendar): Promise<void> {
  await connection.run('CREATE TEMP TABLE mark (date VARCHAR, holiday VARCHAR, promotions VARCHAR)');
  for (const day of forecastDays(date)) {
    const [holiday, own] = [holidays.get(day), promotions.get(day)];
    if (holiday === undefined && own === undefined) continue;
    const cells = [day, holiday, own?.join(' ')].map((cell) => (cell === undefined ? 'NULL' : literal(cell)));
    await connection.run(`INSERT INTO mark VALUES (${cells.join(', ')})`);
  }
}
