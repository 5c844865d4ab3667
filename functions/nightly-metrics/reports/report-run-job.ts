import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { EventOf } from '../../../shared/contracts/define-event.ts';
import type { ReportRunRequested } from '../../../shared/contracts/reports/events.ts';
import { buildReports } from './build-reports-job.ts';
import { publicationOf } from './decide.ts';
import type { DuckDb } from './duckdb-client.ts';
import type { Lake } from '../run/lake-store.ts';
import { digestsOf, type Content, type Manifest } from './manifest.ts';
import { manifestKey, type ReportsBucket } from './report-file-store.ts';
import type { Claim, Outcome, ReportStore } from '../run/run-store.ts';

type Deps = {
  store: ReportStore;
  lake: Lake;
  bucket: ReportsBucket;
  duckDb: DuckDb;
  timeZone: string;
  clock: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
};
type Run = { runId: string; date: string };

const attempts = 5;

/** Does a requested run, whatever an earlier attempt at it left behind. A completed run is left alone. */
export const reportRun =
  (deps: Deps) =>
  async ({ detail: { metadata, data } }: EventOf<typeof ReportRunRequested>): Promise<void> => {
    const { store, clock } = deps;
    const run = await store.run(data.runId);
    assert(run, `The run ${data.runId} is recorded before its event is published.`);
    if ((await store.start(run.runId)) === 'already-completed') return;
    try {
      const outcome = await publish(deps, run);
      await store.complete(run, outcome, {
        actor: 'storeworks.nightly-metrics',
        correlationId: metadata.correlationId,
        causationId: metadata.eventId,
        now: clock(),
      });
    } catch (error) {
      await store.fail(run.runId, error instanceof Error ? error.message : String(error));
      throw error;
    }
  };

/**
 * Reads the day's claim first, the lake second, and claims a version only if nobody else did in between: so a higher
 * version was read from the lake later, and has all that a lower one has.
 */
async function publish(deps: Deps, run: Run): Promise<Outcome> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const outcome = await inNewDirectory((directory) => tryToPublish(deps, run, directory));
    if (outcome) return outcome;
  }
  throw new Error(`Other runs of ${run.date} claimed a version ${attempts} times before this one could.`);
}

async function tryToPublish(deps: Deps, run: Run, directory: string): Promise<Outcome | undefined> {
  const { store, lake, duckDb, timeZone, clock, log } = deps;
  const day = await store.day(run.date);
  const startedAt = performance.now();
  const paths = await lake.downloadDay(run.date, await mkdtemp(join(directory, 'lake-')));
  const downloadedAt = performance.now();
  const content = await buildReports(duckDb, paths, directory, { date: run.date, timeZone });
  const builtAt = performance.now();
  if (content.input.quarantined.length > 0) log.warn('lines left out', { ...run, lines: content.input.quarantined });

  const digests = digestsOf(content);
  const publication = publicationOf(day, digests, run.runId, clock());
  if (publication.kind === 'new' && (await store.claim(day, publication.claim)) === 'overtaken') return undefined;
  const outcome =
    publication.kind === 'unchanged'
      ? { version: publication.version, changed: day.inForce?.runId === run.runId }
      : await writeVersion(deps, run, { content, claim: publication.claim, data: digests.data, directory });
  await announce(deps, run.date);
  const { files, lines, events, duplicates } = content.input;
  log.info('reports done', {
    ...run,
    ...outcome,
    input: { files, lines, events, duplicates },
    downloadMs: Math.round(downloadedAt - startedAt),
    duckDbMs: Math.round(builtAt - downloadedAt),
    publishMs: Math.round(performance.now() - builtAt),
  });
  return { ...outcome, manifest: manifestKey(run.date, outcome.version) };
}

type Version = { content: Content; claim: Claim; data: string; directory: string };

/** Writes the claimed version, its manifest last, and puts it in force. */
async function writeVersion({ store, bucket, timeZone }: Deps, { runId, date }: Run, written: Version) {
  const { content, claim, data, directory } = written;
  const { version, claimedAt: writtenAt } = claim;
  const manifest: Manifest = { date, timeZone, version, runId: claim.runId, writtenAt, ...content };
  await bucket.putFiles(manifest, directory);
  await bucket.putManifest(manifest);
  if ((await store.putInForce(date, { version, data, runId, writtenAt })) === 'put') return { version, changed: true };
  // Somebody put this version in force before us, or a newer one: then ours is whole, but was never the latest.
  const { inForce } = await store.day(date);
  return { version, changed: inForce?.version !== version || inForce.runId === runId };
}

/** Makes `latest.json` name the version in force, and looks again, since that may have changed meanwhile. */
async function announce({ store, bucket }: Deps, date: string): Promise<void> {
  for (;;) {
    const { inForce } = await store.day(date);
    assert(inForce, 'A version is put in force before it is announced.');
    const latest = await bucket.latest(date);
    if (latest && latest.version >= inForce.version) return;
    const { version, writtenAt } = inForce;
    await bucket.putLatest({ date, version, manifest: manifestKey(date, version), writtenAt }, latest);
  }
}

/** A run's files are its own and go with it: the disk of a function outlives one invocation. */
async function inNewDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'report-run-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
