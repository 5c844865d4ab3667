import { Duration, Size } from 'aws-cdk-lib';
import type { ReportRunEnv } from '../../../functions/nightly-metrics/reports/env.ts';
import type { Env } from '../../../functions/nightly-metrics/run/env.ts';
import type { NightlyEnv } from '../../../functions/nightly-metrics/schedule/env.ts';
import {
  ReportRangeRequested,
  ReportRunRequested,
  ReportsOverdue,
  RestatementsDeferred,
} from '../../../shared/contracts/reports/events.ts';
import { all } from '../../constructs/access.ts';
import { oneAtATime } from '../../constructs/work-queue.ts';
import type { WorkflowStack } from '../../constructs/workflow-stack.ts';
import { lake, reportRuns, reports } from '../../data/finance/reports.ts';
import { settings } from '../../settings.ts';

const reportWriter = all(reports.writer, reports.tableWriter, all(reports.historyWriter, settings.reported));

/** The runs of a day's reports: every night, or requested over HTTP for a day or a range. */
export function addRuns(workflow: WorkflowStack): void {
  // After midnight, and after the journal has written the last orders of the day.
  workflow.daily<NightlyEnv>('00:30', {
    handler: 'nightly-metrics/schedule/nightly.handler.ts',
    uses: all(reportRuns.requester, lake.lister, settings.timeZone, settings.restatements),
    errorImpact: "Finance has no reports of yesterday in the morning, until someone requests the day's run.",
    // It requests up to hundreds of runs.
    timeout: Duration.minutes(5),
  });
  workflow.alarmOn(RestatementsDeferred, {
    errorImpact: 'Reports of the days that the message names are outdated until a later night restates them.',
  });
  workflow.onEvents<ReportRunEnv>(ReportRunRequested, {
    ...oneAtATime,
    handler: 'nightly-metrics/reports/report-run.handler.ts',
    uses: all(reportRuns.runner, lake.lister, lake.reader, reports.lister, reportWriter, settings.timeZone),
    errorImpact: "A day's reports are missing or out of date.",
    // DuckDB reads a day's files from the function's own disk.
    memorySize: 2048,
    ephemeralStorageSize: Size.gibibytes(2),
  });
  workflow.onEvents<Env>(ReportRangeRequested, {
    handler: 'nightly-metrics/ranges/report-range.handler.ts',
    uses: all(reportRuns.requester, settings.timeZone),
    errorImpact: 'The reports of a range of days that finance requested are not run again.',
    // It requests up to a year of runs.
    timeout: Duration.minutes(2),
  });
  // Before the reconciliation at 04:00, and not in an hour that daylight saving time skips.
  workflow.daily<Env>('03:30', {
    handler: 'nightly-metrics/schedule/watch.handler.ts',
    uses: all(reportRuns.requester, settings.timeZone),
    errorImpact: 'The check of the reports of the night has no result: they may be incomplete.',
  });
  workflow.alarmOn(ReportsOverdue, {
    errorImpact:
      'At 03:30, reports of the night were missing, failed or still running: the message names the days, and what finance misses of each.',
  });
}
