import { type App, Duration, Size } from 'aws-cdk-lib';
import type { InsightsRunEnv } from '../../functions/insights/computation/env.ts';
import type { QueryEnv } from '../../functions/insights/reading/env.ts';
import type { ApiEnv, Env, WatchEnv } from '../../functions/insights/run/env.ts';
import { InsightsOverdue, InsightsRunRequested } from '../../shared/contracts/insights/events.ts';
import * as queries from '../../shared/contracts/insights/query-routes.ts';
import * as routes from '../../shared/contracts/insights/routes.ts';
import { ReportRunCompleted } from '../../shared/contracts/reports/events.ts';
import { all } from '../constructs/access.ts';
import { oneAtATime } from '../constructs/work-queue.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { cursorSecret } from '../data/cursors.ts';
import { insights } from '../data/finance/insights.ts';
import { promotions } from '../data/promotions.ts';
import { settings } from '../settings.ts';

/** Forecasts, segments, associations and classes: after the reports of the night, or requested over HTTP. */
export class InsightsStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'insights', shared);
    this.routes<ApiEnv>({
      routes: [routes],
      handler: 'insights/api.handler.ts',
      uses: all(insights.requester, insights.reader),
      errorImpact: 'Nobody can request or download insights.',
    });
    this.routes<QueryEnv>({
      routes: [queries],
      handler: 'insights/queries.handler.ts',
      uses: all(insights.reader, cursorSecret.reader),
      errorImpact: 'Forecasts and segments cannot be read over HTTP; their files are not affected.',
      memorySize: 2048,
    });
    this.onEvents<Env>(ReportRunCompleted, {
      where: { runId: [{ prefix: 'nightly-' }] },
      handler: 'insights/schedule/reports-completed.handler.ts',
      uses: insights.requester,
      errorImpact: 'There are no insights of yesterday, until someone requests the run.',
    });
    this.onEvents<InsightsRunEnv>(InsightsRunRequested, {
      ...oneAtATime,
      handler: 'insights/computation/insights-run.handler.ts',
      uses: all(insights.runner, insights.writer, promotions.reader, settings.timeZone),
      errorImpact: 'Forecasts, segments, churn risks and classes are those of an earlier day.',
      // DuckDB and the files of the history.
      memorySize: 2048,
      ephemeralStorageSize: Size.gibibytes(2),
    });
    this.daily<WatchEnv>('05:30', {
      handler: 'insights/schedule/watch.handler.ts',
      uses: all(insights.requester, settings.timeZone),
      errorImpact: 'The check of the insights of the night has no result: they may be missing.',
      timeout: Duration.seconds(30),
    });
    this.alarmOn(InsightsOverdue, {
      errorImpact: 'At 05:30, the insights of yesterday were not published: the message says why.',
    });
  }
}
