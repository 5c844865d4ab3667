import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cause, Metadata } from '../../contracts/define-event.ts';
import { type Digests, publicationOf, type VersionClaim } from './publication.ts';
import type { ReportEntry } from './report-entry.ts';
import type { PublishingStore, RunOutcome } from './run-store.ts';
import { type Version, type VersionFileStore, versionKeys } from './version-file-store.ts';

export type Run = { runId: string; date: string; force?: true | undefined };
/** What a run built: the files in its directory, and what else its manifest says. */
type Built = { reports: readonly ReportEntry[] };
/** A version that is claimed, before its manifest is written. */
export type Claimed<C> = { run: Run; content: C; claim: VersionClaim; directory: string };

/** How the files of a day are built and published. */
export type Publisher<C extends Built, M extends Version> = {
  /** Source of the events, such as `storeworks.nightly-metrics`. */
  source: string;
  /** Folder of the reports bucket. */
  folder: string;
  runs: PublishingStore;
  files: VersionFileStore<M>;
  clock: () => number;
  /** Writes the files of the day to the directory. */
  build: (run: Run, directory: string) => Promise<C>;
  digestsOf: (content: C) => Digests;
  /** The manifest of a claimed version; may write more files to the directory. */
  manifestOf: (claimed: Claimed<C>) => Promise<M>;
  /** What else has to have the version in force, in every run. */
  afterwards?: (date: string) => Promise<void>;
};

const maxAttempts = 5;

/** Processes a requested run, also after an attempt that failed at any step. A completed run is not repeated. */
export async function processRun<C extends Built, M extends Version>(
  publisher: Publisher<C, M>,
  { metadata, data: { runId } }: { metadata: Metadata; data: { runId: string } },
): Promise<void> {
  const { runs, source, clock } = publisher;
  const run = await runs.read(runId);
  assert(run, `The run ${runId} is recorded before its event is published.`);
  if ((await runs.start(run.runId)) === 'already-completed') return;
  try {
    const outcome = await publish(publisher, run);
    const { correlationId, eventId: causationId } = metadata;
    const cause: Cause = { actor: source, correlationId, causationId, now: clock() };
    await runs.complete(run, outcome, cause);
  } catch (error) {
    await runs.fail(run.runId, error instanceof Error ? error.message : String(error));
    throw error;
  }
}

/**
 * Reads the day's claim before the input, and claims a version only if no other run claimed one in between. So a higher
 * version was read from the input later and contains all events of a lower one.
 */
async function publish<C extends Built, M extends Version>(publisher: Publisher<C, M>, run: Run): Promise<RunOutcome> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const outcome = await inNewDirectory((directory) => tryToPublish(publisher, run, directory));
    if (outcome) return outcome;
  }
  throw new Error(`Other runs of ${run.date} claimed a version in all ${maxAttempts} attempts of this one.`);
}

/** Builds and publishes the files; undefined if another run claimed a version first. */
async function tryToPublish<C extends Built, M extends Version>(
  publisher: Publisher<C, M>,
  run: Run,
  directory: string,
): Promise<RunOutcome | undefined> {
  const { runs, folder, build, digestsOf, clock, afterwards } = publisher;
  const day = await runs.readDay(run.date);
  const content = await build(run, directory);
  const digests = digestsOf(content);
  const publication = publicationOf(day, digests, run.runId, clock(), { force: run.force });
  if (publication.kind === 'new' && (await runs.claim(day, publication.claim)) === 'version-conflict') return undefined;
  const outcome =
    publication.kind === 'unchanged'
      ? {
          version: publication.version,
          changed: day.inForce?.runId === run.runId,
          ...(await repaired(publisher, run, { content, version: publication.version, directory })),
        }
      : await writeVersion(publisher, { run, content, claim: publication.claim, directory }, digests);
  await updateLatest(publisher, run.date);
  await afterwards?.(run.date);
  return { ...outcome, manifest: versionKeys(folder).manifest(run.date, outcome.version) };
}

/** A forced run that keeps the version in force writes its files again that are missing or damaged: they have the same bytes. */
async function repaired<C extends Built, M extends Version>(
  { files }: Publisher<C, M>,
  { date, force }: Run,
  { content, version, directory }: { content: C; version: number; directory: string },
) {
  return force ? { repaired: await files.repairFiles({ ...content, date, version }, directory) } : {};
}

/** Writes the claimed version, its manifest last, and puts it in force. */
async function writeVersion<C extends Built, M extends Version>(
  { runs, files, manifestOf }: Publisher<C, M>,
  claimed: Claimed<C>,
  digests: Digests,
) {
  const { run, claim, directory } = claimed;
  const { version, claimedAt: writtenAt } = claim;
  const manifest = await manifestOf(claimed);
  await files.putFiles(manifest, directory);
  await files.putManifest(manifest);
  const inForce = { version, ...digests, runId: run.runId, writtenAt };
  if ((await runs.putInForce(run.date, inForce)) === 'done') return { version, changed: true };
  // Another run put this version, or a newer one, in force first. In the latter case this version was never in force.
  const { inForce: other } = await runs.readDay(run.date);
  return { version, changed: other?.version !== version || other.runId === run.runId };
}

/** Makes `latest.json` name the version in force. Checks again after writing, as that version may have changed. */
async function updateLatest<C extends Built, M extends Version>(
  { folder, runs, files }: Publisher<C, M>,
  date: string,
): Promise<void> {
  for (;;) {
    const { inForce } = await runs.readDay(date);
    assert(inForce, 'A version is put in force before latest.json names it.');
    const latest = await files.latest(date);
    if (latest && latest.version >= inForce.version) return;
    const { version, writtenAt } = inForce;
    await files.putLatest({ date, version, manifest: versionKeys(folder).manifest(date, version), writtenAt }, latest);
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
