import type { Logger } from '@aws-lambda-powertools/logger';
import type { EventOf } from '../../../shared/contracts/define-event.ts';
import type { InsightsRunRequested } from '../../../shared/contracts/insights/events.ts';
import type { DuckDb } from '../../../shared/lake/duckdb-client.ts';
import type { PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import { type Claimed, processRun, type Run } from '../../../shared/reports/publishing/publish-job.ts';
import type { VersionFileStore } from '../../../shared/reports/publishing/version-file-store.ts';
import { promotionDays } from './calendar/promotion-days.ts';
import type { NewestStore } from '../run/newest-store.ts';
import type { RunStore } from '../run/run-store.ts';
import { type BuildInsights, forecastDays } from './build-insights-job.ts';
import type { History } from './history-store.ts';
import { type Content, digestsOf, type Manifest } from './manifest.ts';

type Deps = {
  runs: RunStore;
  files: VersionFileStore<Manifest>;
  newest: NewestStore;
  history: History;
  promotions: () => Promise<PromotionSet>;
  holidays: ReadonlyMap<string, string>;
  duckDb: DuckDb;
  build: BuildInsights;
  timeZone: string;
  clock: () => number;
  log: Pick<Logger, 'info'>;
};

/** Processes a requested run, also after an attempt that failed at any step. A completed run is not repeated. */
export const insightsRun =
  (deps: Deps) =>
  ({ detail }: EventOf<typeof InsightsRunRequested>): Promise<void> =>
    processRun(
      {
        ...deps,
        source: 'storeworks.insights',
        folder: 'insights',
        build: (run, directory) => buildDay(deps, run, directory),
        digestsOf,
        manifestOf: (claimed) => Promise.resolve(manifestOf(deps, claimed)),
        afterwards: (date) => deps.newest.raise(date),
      },
      detail,
    );

async function buildDay(deps: Deps, run: Run, directory: string): Promise<Content> {
  const { history, promotions, holidays, duckDb, build, timeZone, log } = deps;
  const startedAt = performance.now();
  const set = await promotions();
  const calendar = { holidays, promotions: promotionDays(set, forecastDays(run.date), timeZone) };
  const day = { date: run.date, timeZone, promotionsVersion: set.version, calendar };
  const content = await build(duckDb, history, directory, day);
  const { days } = content.figures.history;
  log.info('insights built', { ...run, days, ms: Math.round(performance.now() - startedAt) });
  return content;
}

const manifestOf = ({ timeZone }: Deps, { run, content, claim }: Claimed<Content>): Manifest => ({
  date: run.date,
  timeZone,
  version: claim.version,
  runId: claim.runId,
  writtenAt: claim.claimedAt,
  ...content,
});
