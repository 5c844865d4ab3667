import { Logger } from '@aws-lambda-powertools/logger';
import { S3Client } from '@aws-sdk/client-s3';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { ReportRunRequested } from '../../shared/contracts/reports/events.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { createDuckDb } from './duckdb.ts';
import { ReportRunEnv } from './env.ts';
import { createLake } from './lake.ts';
import { reportRun } from './report-run.ts';
import { createReportsBucket } from './reports-bucket.ts';
import { createReportStore } from './store.ts';

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
