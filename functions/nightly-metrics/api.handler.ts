import { S3Client } from '@aws-sdk/client-s3';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandler } from '../../shared/lambda/http-handler.ts';
import { downloadHandlers } from './downloads/download-api.ts';
import { ApiEnv } from './downloads/env.ts';
import { createPublishedStore } from './downloads/published-store.ts';
import { reportRunHandlers } from './run/run-api.ts';
import { createRangeStore } from './run/range-store.ts';
import { createRunStore } from './run/run-store.ts';

const env = ApiEnv.parse(process.env);
const db = openDatabase();
const runs = reportRunHandlers(
  createRunStore(db, env.REPORT_TABLE_NAME),
  createRangeStore(db, env.REPORT_TABLE_NAME),
  env.TIME_ZONE,
);
const published = createPublishedStore(new S3Client(), env.REPORTS_BUCKET_NAME);

export const handler = httpHandler(...runs, ...downloadHandlers(published));
