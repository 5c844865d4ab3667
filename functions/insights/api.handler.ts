import { S3Client } from '@aws-sdk/client-s3';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandler } from '../../shared/lambda/http-handler.ts';
import { createPublishedStore } from '../../shared/reports/publishing/published-store.ts';
import { createHistory } from './computation/history-store.ts';
import { publishedHandlers } from './reading/published-api.ts';
import { Published } from './reading/published.ts';
import { ApiEnv } from './run/env.ts';
import { createNewestStore } from './run/newest-store.ts';
import { runHandlers } from './run/run-api.ts';
import { createRunStore } from './run/run-store.ts';

const env = ApiEnv.parse(process.env);
const s3 = new S3Client();
const bucket = env.REPORTS_BUCKET_NAME;
const runs = createRunStore(openDatabase(), env.INSIGHTS_TABLE_NAME);
const history = createHistory(s3, bucket);
const published = createPublishedStore(s3, bucket, 'insights', Published);

export const handler = httpHandler(
  ...runHandlers(runs, (date) => history.has(date)),
  ...publishedHandlers(published, createNewestStore(s3, bucket)),
);
