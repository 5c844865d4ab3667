import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@aws-lambda-powertools/logger';
import { daysBefore } from '../../../shared/business-day.ts';
import type { EventOf } from '../../../shared/contracts/define-event.ts';
import type { ReportRunRequested } from '../../../shared/contracts/reports/events.ts';
import type { LakeStore } from '../../../shared/lake/lake-store.ts';
import type { Day, RunOutcome, RunStore, VersionClaim } from '../run/run-store.ts';
import type { BuildReports } from './build-reports-job.ts';
import { writeChanges } from './changes/changes-job.ts';
import { earlierCustomers } from './customer-history-job.ts';
import type { CustomerHistory } from './customer-history-store.ts';
import { publicationOf } from './decide.ts';
import type { Reported } from './env.ts';
import type { DuckDb } from '../../../shared/lake/duckdb-client.ts';
import { digestsOf, type Content, type Manifest } from './manifest.ts';
import { manifestKey, type ReportFileStore } from './report-file-store.ts';
import { reports } from './reports.ts';

type Deps = {
  runs: RunStore;
  lake: LakeStore;
  files: ReportFileStore;
  history: CustomerHistory;
  duckDb: DuckDb;
  build: BuildReports;
  timeZone: string;
  reported: Reported;
  clock: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
};
type Run = { runId: string; date: string; force?: true | undefined };

const maxAttempts = 5;
const tableNames = reports.map(({ name }) => name);

/** The last eight days of the same weekday. */
const sameWeekdays = (date: string) => Array.from({ length: 8 }, (_, index) => daysBefore(date, 7 * (index + 1)));

/** Processes a requested run, also after an attempt that failed at any step. A completed run is not repeated. */
export const reportRun =
  (deps: Deps) =>
  async ({ detail: { metadata, data } }: EventOf<typeof ReportRunRequested>): Promise<void> => {
    const { runs, clock } = deps;
    const run = await runs.read(data.runId);
    assert(run, `The run ${data.runId} is recorded before its event is published.`);
    if ((await runs.start(run.runId)) === 'already-completed') return;
    try {
      const outcome = await publish(deps, run);
      await runs.complete(run, outcome, {
        actor: 'storeworks.nightly-metrics',
        correlationId: metadata.correlationId,
        causationId: metadata.eventId,
        now: clock(),
      });
    } catch (error) {
      await runs.fail(run.runId, error instanceof Error ? error.message : String(error));
      throw error;
    }
  };

/**
 * Reads the day's claim before the lake, and claims a version only if no other run claimed one in between. So a higher
 * version was read from the lake later and contains all events of a lower one.
 */
async function publish(deps: Deps, run: Run): Promise<RunOutcome> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const outcome = await inNewDirectory((directory) => tryToPublish(deps, run, directory));
    if (outcome) return outcome;
  }
  throw new Error(`Other runs of ${run.date} claimed a version in all ${maxAttempts} attempts of this one.`);
}

/** Builds and publishes the reports; undefined if another run claimed a version first. */
async function tryToPublish(deps: Deps, run: Run, directory: string): Promise<RunOutcome | undefined> {
  const { runs, lake, files, duckDb, build, timeZone, reported, clock, log } = deps;
  const day = await runs.readDay(run.date);
  const startedAt = performance.now();
  const { paths, damaged } = await lake.downloadReadableDay(run.date, await mkdtemp(join(directory, 'lake-')));
  const downloadedAt = performance.now();
  const customers = await earlierCustomers(deps, run.date, paths, directory);
  const content = await build(duckDb, paths, directory, {
    date: run.date,
    timeZone,
    ...reported,
    earlierCustomers: customers,
    damaged,
    comparedWith: await files.downloadInForce(sameWeekdays(run.date), 'totals-by-channel.parquet', directory),
  });
  const builtAt = performance.now();
  if (content.input.quarantined.length > 0) log.warn('lines quarantined', { ...run, lines: content.input.quarantined });

  const digests = digestsOf(content);
  const publication = publicationOf(day, digests, run.runId, clock(), { force: run.force });
  if (publication.kind === 'new' && (await runs.claim(day, publication.claim)) === 'version-conflict') return undefined;
  const outcome =
    publication.kind === 'unchanged'
      ? await keepVersion(deps, run, { content, version: publication.version, day, directory })
      : await writeVersion(deps, run, { content, claim: publication.claim, digests, directory });
  await updateLatest(deps, run.date);
  await updateTables(deps, run.date);
  const { files: lakeFiles, lines, events, duplicates } = content.input;
  log.info('report run done', {
    ...run,
    ...outcome,
    input: { files: lakeFiles, lines, events, duplicates },
    downloadMs: Math.round(downloadedAt - startedAt),
    duckDbMs: Math.round(builtAt - downloadedAt),
    publishMs: Math.round(performance.now() - builtAt),
  });
  return { ...outcome, manifest: manifestKey(run.date, outcome.version) };
}

type Kept = { content: Content; version: number; day: Day; directory: string };

/** Keeps the version in force. A forced run writes its files again that are missing or damaged: they have the same bytes. */
async function keepVersion({ files }: Deps, { runId, date, force }: Run, { content, version, day, directory }: Kept) {
  const repaired = force ? await files.repairFiles({ ...content, date, version }, directory) : undefined;
  return { version, changed: day.inForce?.runId === runId, ...(repaired !== undefined && { repaired }) };
}

type Version = { content: Content; claim: VersionClaim; digests: { data: string; files: string }; directory: string };

/** Writes the claimed version, its manifest last, and puts it in force. */
async function writeVersion(deps: Deps, { runId, date }: Run, written: Version) {
  const { runs, files, timeZone } = deps;
  const { content, claim, digests, directory } = written;
  const { version, claimedAt: writtenAt } = claim;
  const changes = claim.base === undefined ? {} : await changesFrom(deps, claim.base, date, written);
  const manifest: Manifest = { date, timeZone, version, runId: claim.runId, writtenAt, ...content, ...changes };
  await files.putFiles(manifest, directory);
  await files.putManifest(manifest);
  if ((await runs.putInForce(date, { version, ...digests, runId, writtenAt })) === 'done')
    return { version, changed: true };
  // Another run put this version, or a newer one, in force first. In the latter case this version was never in force.
  const { inForce } = await runs.readDay(date);
  return { version, changed: inForce?.version !== version || inForce.runId === runId };
}

/** Writes `changes.csv`, and returns what the manifest says of it. */
async function changesFrom({ files, duckDb }: Deps, from: number, date: string, { content, directory }: Version) {
  const before = await mkdtemp(join(directory, 'before-'));
  const { entry, lines } = await writeChanges(duckDb, directory, (report) =>
    files.downloadFile(date, from, `${report}.parquet`, join(before, `${report}.parquet`)),
  );
  return { reports: [...content.reports, entry], changes: { from, lines } };
}

/** Makes `latest.json` name the version in force. Checks again after writing, as that version may have changed. */
async function updateLatest({ runs, files }: Deps, date: string): Promise<void> {
  for (;;) {
    const { inForce } = await runs.readDay(date);
    assert(inForce, 'A version is put in force before latest.json names it.');
    const latest = await files.latest(date);
    if (latest && latest.version >= inForce.version) return;
    const { version, writtenAt } = inForce;
    await files.putLatest({ date, version, manifest: manifestKey(date, version), writtenAt }, latest);
  }
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

/** Removes the directory afterwards, because the disk of a Lambda function outlives an invocation. */
async function inNewDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'report-run-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
