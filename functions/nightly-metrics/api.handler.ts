import { S3Client } from '@aws-sdk/client-s3';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandler } from '../../shared/lambda/http-handler.ts';
import { downloadHandlers } from './downloads/download-api.ts';
import { ApiEnv } from './downloads/env.ts';
import { createPublishedStore } from './downloads/published-store.ts';
import { reportRunHandlers } from './run/run-api.ts';
import { createRunStore } from './run/run-store.ts';

const env = ApiEnv.parse(process.env);
const store = createRunStore(openDatabase(), env.REPORT_TABLE_NAME);
const published = createPublishedStore(new S3Client(), env.REPORTS_BUCKET_NAME);

export const handler = httpHandler(...reportRunHandlers(store, env.TIME_ZONE), ...downloadHandlers(published));
