import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@aws-lambda-powertools/logger';
import { daysBefore } from '../../../shared/business-day.ts';
import type { EventOf } from '../../../shared/contracts/define-event.ts';
import type { ReportRunRequested } from '../../../shared/contracts/reports/events.ts';
import type { DuckDb } from '../../../shared/lake/duckdb-client.ts';
import type { LakeStore } from '../../../shared/lake/lake-store.ts';
import { type Claimed, processRun, type Run } from '../../../shared/reports/publishing/publish-job.ts';
import type { RunStore } from '../run/run-store.ts';
import type { BuildReports } from './build-reports-job.ts';
import { writeChanges } from './changes/changes-job.ts';
import { earlierDays, type History } from './history/history-job.ts';
import type { Reported } from './env.ts';
import { type Content, digestsOf, type Manifest } from './manifest.ts';
import type { ReportFileStore } from './report-file-store.ts';
import { reports } from './reports.ts';

type Deps = {
  runs: RunStore;
  lake: LakeStore;
  files: ReportFileStore;
  history: History;
  duckDb: DuckDb;
  build: BuildReports;
  timeZone: string;
  reported: Reported;
  clock: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
};

const tableNames = reports.map(({ name }) => name);

/** The last eight days of the same weekday. */
const sameWeekdays = (date: string) => Array.from({ length: 8 }, (_, index) => daysBefore(date, 7 * (index + 1)));

/** Processes a requested run, also after an attempt that failed at any step. A completed run is not repeated. */
export const reportRun =
  (deps: Deps) =>
  ({ detail }: EventOf<typeof ReportRunRequested>): Promise<void> =>
    processRun(
      {
        ...deps,
        source: 'storeworks.nightly-metrics',
        folder: 'daily',
        build: (run, directory) => buildDay(deps, run, directory),
        digestsOf,
        manifestOf: (claimed) => manifestOf(deps, claimed),
        afterwards: (date) => updateTables(deps, date),
      },
      detail,
    );

/** Reads the lake and writes the reports of the day to `directory`. */
async function buildDay(deps: Deps, run: Run, directory: string): Promise<Content> {
  const { lake, files, duckDb, build, timeZone, reported, log } = deps;
  const startedAt = performance.now();
  const { paths, damaged } = await lake.downloadReadableDay(run.date, await mkdtemp(join(directory, 'lake-')));
  const downloadedAt = performance.now();
  const earlier = await earlierDays(deps, run.date, paths, directory);
  const content = await build(duckDb, paths, directory, {
    date: run.date,
    timeZone,
    ...reported,
    earlierCustomers: earlier.customers,
    openingStock: earlier.stock,
    damaged,
    comparedWith: await files.downloadInForce(sameWeekdays(run.date), 'totals-by-channel.parquet', directory),
  });
  if (content.input.quarantined.length > 0) log.warn('lines quarantined', { ...run, lines: content.input.quarantined });
  const { files: lakeFiles, lines, events, duplicates } = content.input;
  log.info('reports built', {
    ...run,
    input: { files: lakeFiles, lines, events, duplicates },
    downloadMs: Math.round(downloadedAt - startedAt),
    duckDbMs: Math.round(performance.now() - downloadedAt),
  });
  return content;
}

async function manifestOf(deps: Deps, claimed: Claimed<Content>): Promise<Manifest> {
  const { run, content, claim } = claimed;
  const { version, claimedAt: writtenAt } = claim;
  const changes = claim.base === undefined ? {} : await changesFrom(deps, claim.base, claimed);
  return {
    date: run.date,
    timeZone: deps.timeZone,
    version,
    runId: claim.runId,
    writtenAt,
    ...content,
    ...changes,
  };
}

/** Writes `changes.csv`, and returns what the manifest says of it. */
async function changesFrom({ files, duckDb }: Deps, from: number, { run, content, directory }: Claimed<Content>) {
  const before = await mkdtemp(join(directory, 'before-'));
  const { entry, lines } = await writeChanges(duckDb, directory, (report) =>
    files.downloadFile(run.date, from, `${report}.parquet`, join(before, `${report}.parquet`)),
  );
  return { reports: [...content.reports, entry], changes: { from, lines } };
}

/** Makes `tables/` have the version in force. Checks again after writing, as that version may have changed. */
async function updateTables({ runs, files }: Deps, date: string): Promise<void> {
  for (;;) {
    const { inForce, tables = 0 } = await runs.readDay(date);
    if (!inForce || tables >= inForce.version) return;
    await files.putTables(date, inForce.version, tableNames);
    await runs.recordTables(date, inForce.version);
  }
}
