import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventOf } from '../../../shared/contracts/define-event.ts';
import type { PromotionAnalysisRequested } from '../../../shared/contracts/promotions/analysis-events.ts';
import { dayEvents, type LakeEvent } from '../../../shared/lake/day-events.ts';
import type { DuckDb } from '../../../shared/lake/duckdb-client.ts';
import type { LakeStore } from '../../../shared/lake/lake-store.ts';
import type { AnalysisFiles } from './analysis-files-client.ts';
import {
  type Analysis,
  type AnalysisKind,
  type AnalysisOutcome,
  type AnalysisStore,
  filesIdOf,
} from './analysis-store.ts';
import { daysFrom } from './days.ts';

/** Another invocation goes on after this time: a function has 15 minutes, and the next day needs some of them. */
const maxRunMs = 7 * 60_000;

type Finished = {
  result: object;
  files: { name: string; text: string }[];
  differences?: AnalysisOutcome['differences'];
};

/** What an analysis does with the events of the days. Its state is kept between two days, so that it can be resumed. */
export type RunningAnalysis = {
  types: readonly string[];
  /** Loads what the events need. */
  prepare: (events: readonly LakeEvent[]) => Promise<void>;
  add: (day: string, event: LakeEvent) => void;
  orders: () => number;
  kept: () => object;
  finish: () => Finished | Promise<Finished>;
};
/** Starts an analysis, or continues it from its kept state. */
export type StartAnalysis = (analysis: Analysis, kept: unknown) => Promise<RunningAnalysis>;

type Deps = {
  store: AnalysisStore;
  files: AnalysisFiles;
  lake: Pick<LakeStore, 'downloadDay'>;
  duckDb: DuckDb;
  kinds: Record<AnalysisKind, StartAnalysis>;
  clock: () => number;
};

/**
 * Reads the days of an analysis from the lake, one after the other, and records its result. A repeated or resumed message
 * goes on after the last day whose state was kept; a completed analysis is not made again. It ends
 * without a result when the analysis was requested again meanwhile.
 */
export const runAnalysis =
  (deps: Deps) =>
  async ({ detail: { data, metadata } }: EventOf<typeof PromotionAnalysisRequested>): Promise<void> => {
    const { store, files, kinds, clock } = deps;
    const analysis = await store.read(data.analysisId);
    assert(analysis, `The analysis ${data.analysisId} is recorded before its event is published.`);
    if (analysis.status === 'completed') return;
    const cause = {
      actor: 'storeworks.promotion-scheduling',
      correlationId: metadata.correlationId,
      causationId: metadata.eventId,
    };
    try {
      const kept = keptOf(await files.state(filesIdOf(analysis)), analysis);
      const running = await kinds[analysis.kind](analysis, kept?.state);
      const daysDone = await readDays(deps, analysis, running, kept?.daysDone ?? 0);
      if (daysDone === 'replaced') return;
      if (daysDone < analysis.days) return await store.goOn(analysis, daysDone, { ...cause, now: clock() });
      const { result, files: written, differences } = await running.finish();
      const all = [...written, { name: 'result.json', text: JSON.stringify(result) }];
      for (const { name, text } of all) await files.put(filesIdOf(analysis), name, text);
      const outcome = { result, files: all.map(({ name }) => name), differences };
      await store.complete(analysis, outcome, { ...cause, now: clock() });
    } catch (error) {
      await store.fail(analysis, error instanceof Error ? error.message : String(error));
      throw error;
    }
  };

/** Reads days until all are done or the time is over, and returns how many are done. `replaced`: the result is not wanted. */
async function readDays(
  { store, files, lake, duckDb, clock }: Deps,
  analysis: Analysis,
  running: RunningAnalysis,
  daysDone: number,
): Promise<number | 'replaced'> {
  const { from, requestedAt } = analysis;
  const startedAt = clock();
  let done = daysDone;
  for (const day of daysFrom(from, analysis.days).slice(daysDone)) {
    if (done > daysDone && clock() - startedAt > maxRunMs) return done;
    await inNewDirectory(async (directory) => {
      const paths = await lake.downloadDay(day, directory);
      await duckDb.connected(async (connection) => {
        for await (const events of dayEvents(connection, paths, running.types)) {
          await running.prepare(events);
          for (const event of events) running.add(day, event);
        }
      });
    });
    done += 1;
    await files.putState(filesIdOf(analysis), { requestedAt, daysDone: done, state: running.kept() });
    const progress = await store.progress(analysis, { daysDone: done, orders: running.orders() });
    if (progress === 'version-conflict') return 'replaced';
  }
  return done;
}

/** The kept state of this request. That of an earlier request with the same id is not used. */
function keptOf(value: unknown, { requestedAt }: Analysis): { daysDone: number; state: unknown } | undefined {
  if (typeof value !== 'object' || value === null || !('daysDone' in value) || !('requestedAt' in value))
    return undefined;
  if (value.requestedAt !== requestedAt || typeof value.daysDone !== 'number') return undefined;
  return { daysDone: value.daysDone, state: 'state' in value ? value.state : undefined };
}

/** Removes the directory afterwards, because the disk of a Lambda function outlives an invocation. */
async function inNewDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'analysis-'));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
