import * as z from 'zod';
import { daysFrom } from '../../../shared/business-day.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { getDailyMetrics, getFigureExplanation } from '../../../shared/contracts/reports/figure-routes.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { DuckDb } from '../../../shared/lake/duckdb-client.ts';
import { literal } from '../../../shared/lake/sql.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { type Breakdown, breakdowns } from '../../../shared/metrics/breakdowns.ts';
import { opens } from '../../../shared/metrics/measure.ts';
import { breakdownOf, eventsOf, figureOf, rowAt } from './explain.ts';
import type { VersionReader } from '../../../shared/reports/publishing/version-reader-store.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

type Deps = { reports: VersionReader; duckDb: DuckDb; cursors: Cursors };

const maxDays = 92;
const maxRows = 10_000;
const parallelFiles = 8;

const Rows = z.array(z.record(z.string(), z.unknown()));
const Key = z.string().nullable();
const Events = z.array(
  z.object({ eventId: z.string(), eventType: z.string(), occurredAt: z.string(), orderId: Key, amount: z.unknown() }),
);

const invalid = (pointer: string, detail: string) =>
  problem(422, 'invalid-content', 'The figures cannot be read.', { errors: [{ pointer, detail }] });

/** The routes that read figures from the files of the reports. */
export const figureApi = ({ reports, duckDb, cursors }: Deps) => {
  async function rowsOf(date: string, breakdown: Breakdown) {
    const version = await reports.versionInForce(date);
    const path = version && (await reports.file(date, version, breakdown.report));
    if (!path) return { date };
    const found = await duckDb.connected((connection) =>
      connection.rows(`SELECT * FROM read_parquet(${literal(path)}) LIMIT ${maxRows + 1}`),
    );
    return { date, version, rows: Rows.parse(found).map((row) => measuredRow(row, breakdown)) };
  }

  return {
    daily: async ({ query: { from, to, by } }: Request<typeof getDailyMetrics>): Promise<HttpResponse> => {
      const dates = daysFrom(from, to, maxDays);
      if (dates.length === 0) return invalid('/from', 'The first day is after the last day');
      if (dates.length > maxDays) return invalid('/to', `A request reads at most ${maxDays} days`);
      const found = await inParallel(parallelFiles, dates, (date) => rowsOf(date, breakdowns[by]));
      const days = found.flatMap(({ date, version, rows }) => (rows ? [{ date, version, rows }] : []));
      if (days.reduce((sum, { rows }) => sum + rows.length, 0) > maxRows) {
        return invalid('/to', `The days have more than ${maxRows} rows: request fewer days`);
      }
      const missing = found.filter(({ rows }) => !rows).map(({ date }) => date);
      return { status: 200, body: { by, days, missing } };
    },

    explain: async ({ params, query, caller }: Request<typeof getFigureExplanation>): Promise<HttpResponse> => {
      const { date } = params;
      const { report, row, column, limit } = query;
      const breakdown = breakdownOf(report);
      const measure = breakdown?.measures.find(({ name }) => name === column);
      if (!breakdown) return problem(404, 'not-found', `The figures of ${report} do not open.`);
      if (!measure) return invalid('/column', `${report} has no measure ${column}`);
      if (measure.kind === 'ratio') return invalid('/column', `A ratio of ${measure.of}: request these measures`);
      if (!opens(measure)) return invalid('/column', 'A balance at a time: request the changes of the day');
      const version = query.version ?? (await reports.versionInForce(date));
      const [path, facts] =
        version === undefined
          ? []
          : await Promise.all([reports.file(date, version, report), reports.file(date, version, 'facts')]);
      if (version === undefined || !path || !facts) return problem(404, 'not-found', `${date} has no such report.`);
      const list = { list: 'explain', date, version, report, row, column, caller: caller.clientId };
      const start = await cursors.startAfter(query.cursor, list, /^.+$/);
      if ('refusal' in start) return start.refusal;
      return duckDb.connected(async (connection): Promise<HttpResponse> => {
        const [found] = Rows.parse(await connection.rows(rowAt(path, row)));
        if (!found) return problem(404, 'not-found', `${report} of ${date} has no row ${row}.`);
        const names = [...breakdown.keys, 'currency'];
        const keys = Object.fromEntries(names.map((name) => [name, Key.parse(ownValue(found, name))]));
        const page = { after: start.after, limit: limit + 1 };
        const all = Events.parse(await connection.rows(eventsOf(facts, breakdown, measure, keys, page)));
        const events = all.slice(0, limit).map((event) => Object.assign({}, event, { amount: figureOf(event.amount) }));
        const last = all.length > limit ? events.at(-1) : undefined;
        const next = last && { cursor: await cursors.of(list, last.eventId) };
        const figure = { date, version, report, row, column, keys, currency: keys['currency'] };
        return { status: 200, body: { ...figure, figure: figureOf(ownValue(found, column)), events, ...next } };
      });
    },
  };
};

/** A row with its keys as texts and its measures as numbers. */
function measuredRow(row: Record<string, unknown>, { keys, measures }: Breakdown) {
  const texts = [...keys, 'currency'].map((name) => [name, Key.parse(ownValue(row, name))] as const);
  return Object.fromEntries([...texts, ...measures.map(({ name }) => [name, figureOf(ownValue(row, name))] as const)]);
}
