import { Logger } from '@aws-lambda-powertools/logger';
import { S3Client } from '@aws-sdk/client-s3';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { ReportRunRequested } from '../../../shared/contracts/reports/events.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { createDuckDb } from './duckdb-client.ts';
import { ReportRunEnv } from '../run/env.ts';
import { createLake } from '../run/lake-store.ts';
import { reportRun } from './report-run-job.ts';
import { createReportsBucket } from './report-file-store.ts';
import { createReportStore } from '../run/run-store.ts';

const env = ReportRunEnv.parse(process.env);
const s3 = new S3Client();

export const handler = queueHandler(
  ReportRunRequested,
  reportRun({
    store: createReportStore(openDatabase(), env.REPORT_TABLE_NAME),
    lake: createLake(s3, env.LAKE_BUCKET_NAME),
    bucket: createReportsBucket(s3, env.REPORTS_BUCKET_NAME),
    duckDb: createDuckDb(),
    timeZone: env.TIME_ZONE,
    clock: Date.now,
    log: new Logger(),
  }),
);
