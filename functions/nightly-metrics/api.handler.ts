import { S3Client } from '@aws-sdk/client-s3';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { postVisits } from '../../shared/contracts/reports/visit-routes.ts';
import { httpHandler, on } from '../../shared/lambda/http-handler.ts';
import { bundleHandlers } from './downloads/bundle-api.ts';
import { createBundleFileStore } from './downloads/bundle-file-store.ts';
import { createBundleStore } from './downloads/bundle-store.ts';
import { downloadHandlers } from './downloads/download-api.ts';
import { ApiEnv } from './downloads/env.ts';
import { createPublishedStore } from '../../shared/reports/publishing/published-store.ts';
import { Published } from './downloads/published.ts';
import { reportRunHandlers } from './run/run-api.ts';
import { createRangeStore } from './run/range-store.ts';
import { createRunStore } from './run/run-store.ts';
import { VisitsEnv } from './visits/env.ts';
import { visitApi } from './visits/visit-api.ts';
import { createVisitStore } from './visits/visit-store.ts';

const env = ApiEnv.parse(process.env);
const db = openDatabase();
const runs = reportRunHandlers(
  createRunStore(db, env.REPORT_TABLE_NAME),
  createRangeStore(db, env.REPORT_TABLE_NAME),
  env.TIME_ZONE,
);
const s3 = new S3Client();
const published = createPublishedStore(s3, env.REPORTS_BUCKET_NAME, 'daily', Published);
const bundles = bundleHandlers(
  createBundleStore(db, env.REPORT_TABLE_NAME),
  createBundleFileStore(s3, env.REPORTS_BUCKET_NAME),
  env.TIME_ZONE,
);
const { CHANNELS: channels, REPORTED } = VisitsEnv.parse(process.env);
const visits = visitApi({
  store: createVisitStore(db, env.REPORT_TABLE_NAME),
  channels,
  timeZone: env.TIME_ZONE,
  currency: REPORTED.currencies[0] ?? '',
});

export const handler = httpHandler(...runs, ...bundles, ...downloadHandlers(published), on(postVisits, visits));
