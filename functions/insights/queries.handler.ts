import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { getForecast, listSegmentCustomers } from '../../shared/contracts/insights/query-routes.ts';
import { createCursors } from '../../shared/dynamodb/cursor.ts';
import { createDuckDb } from '../../shared/lake/duckdb-client.ts';
import { httpHandler, on } from '../../shared/lambda/http-handler.ts';
import { createVersionReader } from '../../shared/reports/publishing/version-reader-store.ts';
import { secretReader } from '../../shared/secret-store.ts';
import { QueryEnv } from './reading/env.ts';
import { queryApi } from './reading/query-api.ts';
import { createNewestStore } from './run/newest-store.ts';

const env = QueryEnv.parse(process.env);
const s3 = new S3Client();
// Of this process only: stores on one machine have versions of the same days.
const directory = mkdtempSync(join(tmpdir(), 'insights-'));
const queries = queryApi({
  files: createVersionReader(s3, env.REPORTS_BUCKET_NAME, 'insights', directory),
  newest: createNewestStore(s3, env.REPORTS_BUCKET_NAME),
  duckDb: createDuckDb(),
  cursors: createCursors(secretReader(env.CURSOR_SECRET_ARN)),
});

export const handler = httpHandler(on(getForecast, queries.forecast), on(listSegmentCustomers, queries.customers));
