import { type App, Duration, Size } from 'aws-cdk-lib';
import type { FiguresEnv } from '../../functions/nightly-metrics/figures/env.ts';
import type { ReportRunEnv } from '../../functions/nightly-metrics/reports/env.ts';
import type { ApiEnv } from '../../functions/nightly-metrics/downloads/env.ts';
import type { NightlyEnv } from '../../functions/nightly-metrics/schedule/env.ts';
import { ReportRunRequested, RestatementsDeferred } from '../../shared/contracts/reports/events.ts';
import * as figureRoutes from '../../shared/contracts/reports/figure-routes.ts';
import * as downloads from '../../shared/contracts/reports/download-routes.ts';
import * as routes from '../../shared/contracts/reports/routes.ts';
import { all } from '../constructs/access.ts';
import { oneAtATime } from '../constructs/work-queue.ts';
import { type SharedStacks, WorkflowStack } from '../constructs/workflow-stack.ts';
import { cursorSecret } from '../data/cursors.ts';
import { lake, reportRuns, reports } from '../data/finance/reports.ts';
import { addReportReaders } from '../data/finance/report-readers.ts';
import { settings } from '../settings.ts';

const reportWriter = all(reports.writer, reports.customerWriter, settings.reported);

/** Reports of a business day: every night, or requested over HTTP. */
export class NightlyMetricsStack extends WorkflowStack {
  constructor(app: App, shared: SharedStacks) {
    super(app, 'nightly-metrics', shared);
    this.routes<ApiEnv>({
      routes: [routes, downloads],
      handler: 'nightly-metrics/api.handler.ts',
      uses: all(reportRuns.requester, reports.lister, reports.reader, settings.timeZone),
      errorImpact: 'Finance cannot request or download reports.',
    });
    this.routes<FiguresEnv>({
      routes: [figureRoutes],
      handler: 'nightly-metrics/figures.handler.ts',
      uses: all(reports.lister, reports.reader, cursorSecret.reader),
      errorImpact:
        'Finance cannot read measures over HTTP or open a figure; the files of the reports are not affected.',
      memorySize: 2048,
    });
    // After midnight, and after the journal has written the last orders of the day.
    this.daily<NightlyEnv>('00:30', {
      handler: 'nightly-metrics/schedule/nightly.handler.ts',
      uses: all(reportRuns.requester, lake.lister, settings.timeZone, settings.restatements),
      errorImpact: "Finance has no reports of yesterday in the morning, until someone requests the day's run.",
      // It requests up to hundreds of runs.
      timeout: Duration.minutes(5),
    });
    this.alarmOn(RestatementsDeferred, {
      errorImpact: 'Reports of the days that the message names are outdated until a later night restates them.',
    });
    this.onEvents<ReportRunEnv>(ReportRunRequested, {
      ...oneAtATime,
      handler: 'nightly-metrics/reports/report-run.handler.ts',
      uses: all(reportRuns.runner, lake.lister, lake.reader, reports.lister, reportWriter, settings.timeZone),
      errorImpact: "A day's reports are missing or out of date.",
      // DuckDB reads a day's files from the function's own disk.
      memorySize: 2048,
      ephemeralStorageSize: Size.gibibytes(2),
    });
    addReportReaders(this);
  }
}
