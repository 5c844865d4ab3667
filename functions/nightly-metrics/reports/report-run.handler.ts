import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { S3Client } from '@aws-sdk/client-s3';
import { ReportRunRequested } from '../../../shared/contracts/reports/events.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { recordMetric } from '../../../shared/lambda/metrics.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { createLakeStore } from '../../../shared/lake/lake-store.ts';
import { createRunStore } from '../run/run-store.ts';
import { createDuckDb } from '../../../shared/lake/duckdb-client.ts';
import { buildReports } from './build-reports-job.ts';
import { createDayFiles } from './history/day-file-store.ts';
import { ReportRunEnv } from './env.ts';
import { createReportFileStore } from './report-file-store.ts';
import { reportRun } from './report-run-job.ts';

const env = ReportRunEnv.parse(process.env);
const s3 = new S3Client();

const dayFiles = (prefix: string) =>
  createDayFiles(s3, env.REPORTS_BUCKET_NAME, prefix, join(tmpdir(), 'history', prefix));

const run = reportRun({
  runs: createRunStore(openDatabase(), env.REPORT_TABLE_NAME),
  lake: createLakeStore(s3, env.LAKE_BUCKET_NAME),
  files: createReportFileStore(s3, env.REPORTS_BUCKET_NAME),
  history: {
    customers: dayFiles('customers/'),
    stockChanges: dayFiles('stock/changes/'),
    stockClosings: dayFiles('stock/closings/'),
  },
  duckDb: createDuckDb(),
  build: buildReports,
  timeZone: env.TIME_ZONE,
  reported: env.REPORTED,
  clock: Date.now,
  log: new Logger(),
});

export const handler = queueHandler(ReportRunRequested, async (message) => {
  const began = performance.now();
  await run(message);
  const value = performance.now() - began;
  recordMetric({ name: 'ReportDuration', unit: 'Milliseconds', value });
});
