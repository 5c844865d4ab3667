import { createHash, randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { createDuckDb } from '../../../shared/lake/duckdb-client.ts';
import { createLakeStore } from '../../../shared/lake/lake-store.ts';
import { type BuildReports, buildReports } from '../../../functions/nightly-metrics/reports/build-reports-job.ts';
import { createDayFiles } from '../../../functions/nightly-metrics/reports/history/day-file-store.ts';
import { Manifest } from '../../../functions/nightly-metrics/reports/manifest.ts';
import { reportRun } from '../../../functions/nightly-metrics/reports/report-run-job.ts';
import { createReportFileStore } from '../../../functions/nightly-metrics/reports/report-file-store.ts';
import { Latest } from '../../../shared/reports/publishing/version-file-store.ts';
import { createRunStore } from '../../../functions/nightly-metrics/run/run-store.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { ReportRunRequested } from '../../../shared/contracts/reports/events.ts';
import { lakeKey } from '../../../shared/lake/lake-keys.ts';
import { memoryS3 } from '../run/memory-s3.ts';
import { lakeFile, orderPlaced } from './lake-files.ts';
import { startReportTable } from '../run/report-table.ts';

export let table: Awaited<ReturnType<typeof startReportTable>>;
beforeAll(async () => {
  table = await startReportTable();
});
const root = mkdtempSync(join(tmpdir(), 'report-scene-'));
afterAll(async () => {
  rmSync(root, { recursive: true });
  await table.stop();
});

const duckDb = createDuckDb();
const silent = { info: () => undefined, warn: () => undefined };
export const cause = { actor: 'finance', correlationId: 'c', causationId: 'r', now: Date.UTC(2011, 5, 16) };
type Functions = Record<string, unknown>;
/** Called around each effect of a run with its name and number; throws to make the run fail there. */
type Fault = (moment: 'before' | 'after', effect: string, number: number) => void | Promise<void>;

const built = new Map<string, { directory: string; content: ReturnType<BuildReports> }>();

/** Builds the reports of equal events once: they are equal, as `build-reports.test.ts` shows. */
const build: BuildReports = async (db, paths, directory, day) => {
  const inputs = [
    ...paths,
    ...(day.earlierCustomers ?? []),
    ...(day.openingStock === undefined ? [] : [day.openingStock]),
  ]
    .map((path) => readFileSync(path, 'latin1'))
    .toSorted();
  const key = JSON.stringify([
    inputs,
    day.date,
    day.damaged,
    day.comparedWith?.map(({ date, version }) => [date, version]),
  ]);
  let known = built.get(key);
  if (!known) {
    const own = mkdtempSync(join(root, 'day-'));
    known = { directory: own, content: buildReports(db, paths, own, day) };
    built.set(key, known);
  }
  await known.content;
  cpSync(known.directory, directory, { recursive: true });
  return known.content;
};

let days = 0;

/** A lake, a reports bucket and the report table, for a day of its own. */
export function scene({ ignoresConditions = false } = {}) {
  days += 1;
  const date = new Date(Date.UTC(2000, 0, days)).toISOString().slice(0, 10);
  return sceneOf(date, memoryS3({ ignoresConditions }));
}

function sceneOf(date: string, s3: ReturnType<typeof memoryS3>) {
  const store = createRunStore(table.db, table.table);
  const files = createReportFileStore(s3.client, 'reports');
  const dayFiles = (prefix: string) =>
    createDayFiles(s3.client, 'reports', prefix, mkdtempSync(join(root, 'history-')));
  const run = async (runId: string, fault: Fault = () => undefined) => {
    const event = newEvent(ReportRunRequested, { runId, date }, cause);
    let effects = 0;
    const faulty = <T extends Functions>(functions: T): T => wrap(functions, fault, () => (effects += 1));
    await reportRun({
      runs: faulty(store),
      files: faulty(files),
      lake: faulty(createLakeStore(s3.client, 'lake')),
      history: {
        customers: dayFiles('customers/'),
        stockChanges: dayFiles('stock/changes/'),
        stockClosings: dayFiles('stock/closings/'),
      },
      duckDb,
      build,
      timeZone: 'Europe/London',
      reported: { channels: [], currencies: [] },
      clock: () => cause.now,
      log: silent,
    })(ReportRunRequested.envelope.parse(event));
    return effects;
  };
  return {
    date,
    s3,
    store,
    journal: (...orders: object[]) => void s3.objects.set(`lake/${lakeKey(date, randomUUID())}`, lakeFile(...orders)),
    order: (amountMinor = 1000) =>
      orderPlaced({ placedAt: `${date}T12:00:00Z`, lines: [{ unitPriceMinor: amountMinor }] }),
    /** Requests a run under a new id. */
    async request(options: { force?: boolean } = {}): Promise<string> {
      const runId = randomUUID();
      await store.request(runId, date, cause, options);
      return runId;
    },
    run,
    async requestAndRun(fault?: Fault, options?: { force?: boolean }): Promise<string> {
      const runId = await this.request(options);
      await run(runId, fault);
      return runId;
    },
    latest: () => Latest.parse(s3.json(`reports/daily/dt=${date}/latest.json`)),
    versions: () =>
      [...s3.objects.keys()]
        .flatMap((key) => /\/v=(\d+)\/manifest\.json$/.exec(key)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b),
    /** The versions of the day whose Parquet files the tables have. */
    tableVersions(): Set<number> {
      const tables = [...s3.objects.keys()].filter((key) => key.startsWith('reports/tables/'));
      const files = tables.map((key) => [key.split('/').at(-1), s3.objects.get(key)] as const);
      const isIn = (version: number) =>
        files.every(([file, content]) =>
          s3.objects.get(`reports/daily/dt=${date}/v=${version}/${file}`)?.equals(content ?? Buffer.alloc(0)),
        );
      return new Set(files.length > 10 ? this.versions().filter(isIn) : []);
    },
    /** Total of the version that `latest.json` names, after checking every file against the manifest. */
    verifiedTotal(): number {
      const latest = this.latest();
      const manifest = Manifest.parse(s3.json(`reports/${latest.manifest}`));
      for (const { file, bytes, sha256 } of manifest.reports.flatMap(({ files }) => files)) {
        const content = s3.objects.get(`reports/daily/dt=${date}/v=${latest.version}/${file}`) ?? Buffer.alloc(0);
        expect([file, content.length, createHash('sha256').update(content).digest('hex')]).toEqual([
          file,
          bytes,
          sha256,
        ]);
      }
      return manifest.reports[0]?.amounts['GBP']?.['totalMinor'] ?? 0;
    },
  };
}

function wrap<T extends Functions>(functions: T, fault: Fault, nextNumber: () => number): T {
  const entries = Object.entries(functions).map(([name, work]) => {
    const wrapped = async (...input: unknown[]) => {
      const number = nextNumber();
      await fault('before', name, number);
      const result: unknown = await (work as (...input: unknown[]) => unknown)(...input);
      await fault('after', name, number);
      return result;
    };
    return [name, wrapped];
  });
  return Object.fromEntries(entries) as T;
}

export const completions = async (runId: string) =>
  (await table.events(`RUN#${runId}`)).filter(({ type }) => type === 'ReportRunCompleted').map(({ data }) => data);

/** Every effect fails from this one on. */
export const failAt =
  (at: 'before' | 'after', step: number): Fault =>
  (moment, _, number) => {
    if (moment === at && number >= step) throw new Error('crashed');
  };
