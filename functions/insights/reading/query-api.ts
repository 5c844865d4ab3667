import * as z from 'zod';
import type { getForecast, listSegmentCustomers } from '../../../shared/contracts/insights/query-routes.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import type { Cursors } from '../../../shared/dynamodb/cursor.ts';
import type { DuckDb } from '../../../shared/lake/duckdb-client.ts';
import { literal } from '../../../shared/lake/sql.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import type { VersionReader } from '../../../shared/reports/publishing/version-reader-store.ts';
import type { NewestStore } from '../run/newest-store.ts';

type Deps = { files: VersionReader; newest: Pick<NewestStore, 'read'>; duckDb: DuckDb; cursors: Cursors };

const Text = z.string();
const Real = z.coerce.number().nullable();
const Errors = z.array(
  z.object({
    measure: Text,
    currency: Text.nullable(),
    demandClass: Text,
    model: Text,
    baseline: Text,
    shown: Text,
    historyDays: z.coerce.number(),
    origins: z.coerce.number(),
    mase: Real,
    baselineMase: Real,
    smape: Real,
    baselineSmape: Real,
    coverage80: Real,
    coverage95: Real,
  }),
);
const Days = z.array(
  z.object({
    measure: Text,
    currency: Text.nullable(),
    date: Text,
    expected: z.coerce.number(),
    low80: Real,
    high80: Real,
    low95: Real,
    high95: Real,
    holiday: Text.nullable(),
    promotions: Text.nullable(),
  }),
);
const Customers = z.array(
  z.object({
    customerId: Text,
    recencyDays: z.coerce.number(),
    orders: z.coerce.number(),
    salesMinor: z.coerce.number(),
    currency: Text,
    churnRisk: Real,
  }),
);

const noInsights = (date: string | undefined) =>
  problem(404, 'not-found', date === undefined ? 'No insights were published.' : `There are no insights of ${date}.`);
const maxSeries = 200;

/** The routes that read figures from the Parquet files of the version in force. */
export const queryApi = ({ files, newest, duckDb, cursors }: Deps) => {
  /** The version in force of a day, or of the newest one, with these reports on the disk. */
  async function published(wanted: string | undefined, ...reports: string[]) {
    const date = wanted ?? (await newest.read());
    const version = date === undefined ? undefined : await files.versionInForce(date);
    if (date === undefined || version === undefined) return undefined;
    const paths: string[] = [];
    for (const report of reports) {
      const path = await files.file(date, version, report);
      if (path === undefined) return undefined;
      paths.push(`read_parquet(${literal(path)})`);
    }
    return { date, version, paths };
  }

  return {
    forecast: async ({ query: { date, sku, channel } }: Request<typeof getForecast>): Promise<HttpResponse> => {
      if (sku !== undefined && channel !== undefined) {
        return problem(422, 'invalid-content', 'A forecast is of a SKU, of a channel or of the store.', {
          errors: [{ pointer: '/channel', detail: 'Both a SKU and a channel' }],
        });
      }
      const found = await published(date, 'forecast-errors', 'forecast');
      if (!found) return noInsights(date);
      const level = sku === undefined ? (channel === undefined ? 'store' : 'channel') : 'sku';
      const where = `WHERE level = ${literal(level)} AND key = ${literal(sku ?? channel ?? '')}`;
      return duckDb.connected(async (connection): Promise<HttpResponse> => {
        const [errorFile, dayFile] = found.paths;
        const errors = Errors.parse(
          await connection.rows(
            `SELECT * EXCLUDE (level, key) FROM ${errorFile} ${where} ORDER BY measure DESC, currency LIMIT ${maxSeries}`,
          ),
        );
        if (errors.length === 0) return problem(404, 'not-found', `${sku ?? channel ?? 'The store'} has no forecast.`);
        const rows = Days.parse(
          await connection.rows(`SELECT * EXCLUDE (level, key) FROM ${dayFile} ${where} ORDER BY date`),
        );
        const daysOf = (each: (typeof errors)[number]) =>
          rows.flatMap(({ measure, currency, ...day }) =>
            measure === each.measure && currency === each.currency ? [day] : [],
          );
        const series = errors.map((each) => Object.assign({}, each, { days: daysOf(each) }));
        return { status: 200, body: { date: found.date, version: found.version, series } };
      });
    },

    customers: async ({ query, caller }: Request<typeof listSegmentCustomers>): Promise<HttpResponse> => {
      const { segment, limit } = query;
      const found = await published(query.date, 'customers');
      if (!found) return noInsights(query.date);
      const { date, version } = found;
      const list = { list: 'segment-customers', date: query.date, segment, caller: caller.clientId };
      const start = await cursors.startAfter(query.cursor, list, /^.+$/);
      if ('refusal' in start) return start.refusal;
      return duckDb.connected(async (connection): Promise<HttpResponse> => {
        const all = Customers.parse(
          await connection.rows(
            `SELECT customerId, recencyDays, orders, sales AS salesMinor, currency, churnRisk FROM ${found.paths[0]}
             WHERE segment = ${literal(segment)} AND customerId > ${literal(start.after ?? '')}
             ORDER BY customerId LIMIT ${limit + 1}`,
          ),
        );
        const customers = all.slice(0, limit);
        const last = all.length > limit ? customers.at(-1) : undefined;
        const next = last && { cursor: await cursors.of(list, last.customerId) };
        return { status: 200, body: { date, version, segment, customers, ...next } };
      });
    },
  };
};
