import { Duration, Size } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Env, NightlyEnv, ReportRunEnv } from '../../functions/nightly-metrics/run/env.ts';
import { ReportRunRequested } from '../../shared/contracts/reports/events.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
import { ScheduledJob } from '../constructs/scheduled-job.ts';
import { WorkflowFunction } from '../constructs/workflow-function.ts';
import type { DataStack } from '../stacks/data.ts';
import { store } from '../store.ts';

/** Reports of a day: by the clock, or asked for over HTTP; run one at a time from a queue. */
export function addNightlyMetrics(
  scope: Construct,
  { api, data: { reportTable, bus, lake, reports } }: { api: HttpApi; data: DataStack },
): void {
  const workflow = new Construct(scope, 'NightlyMetrics');
  const { timeZone } = store.selling;
  const environment = { REPORT_TABLE_NAME: reportTable.name, TIME_ZONE: timeZone } satisfies Env;
  const handler = new WorkflowFunction(workflow, 'Api', {
    entry: 'nightly-metrics/api.handler.ts',
    environment,
    failureMeans: 'Finance cannot ask for reports.',
  });
  api.serve('nightly-metrics', handler);

  const nightly = new ScheduledJob(workflow, 'Nightly', {
    entry: 'nightly-metrics/schedule/nightly.handler.ts',
    environment: { ...environment, LAKE_BUCKET_NAME: lake.bucketName } satisfies NightlyEnv,
    // An import of years asks for thousands of runs.
    timeout: Duration.minutes(5),
    failureMeans: "Finance has no reports of yesterday in the morning, until somebody posts the day's run.",
    // After midnight, and after the journal has written the last orders of the day.
    runsFor: 'day',
    schedule: 'cron(30 0 * * ? *)',
    timeZone,
  });

  const run = new QueueConsumer(workflow, 'ReportRun', {
    bus,
    event: ReportRunRequested,
    entry: 'nightly-metrics/reports/report-run.handler.ts',
    environment: {
      ...environment,
      LAKE_BUCKET_NAME: lake.bucketName,
      REPORTS_BUCKET_NAME: reports.bucketName,
    } satisfies ReportRunEnv,
    failureMeans: "A day's reports are missing or stay as they were.",
    // DuckDB reads a day's files from the function's own disk; a day at a time, two days at once.
    memorySize: 2048,
    ephemeralStorageSize: Size.gibibytes(2),
    timeout: Duration.minutes(15),
    patience: Duration.hours(2),
    batchSize: 1,
    maxConcurrency: 2,
  });
  for (const requester of [handler, nightly.function]) {
    reportTable.grant(requester, 'dynamodb:GetItem', 'dynamodb:PutItem');
  }
  reportTable.grant(run.function, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem');
  for (const reader of [nightly.function, run.function]) lake.grantList(reader.role);
  lake.grantObjects(run.function.role, 'events/*', 's3:GetObject');
  reports.grantList(run.function.role);
  reports.grantObjects(run.function.role, 'daily/*', 's3:GetObject', 's3:PutObject');
}
