import { tmpdir } from 'node:os';
import { S3Client } from '@aws-sdk/client-s3';
import { ReportBundleRequested } from '../../../shared/contracts/reports/events.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { createPublishedStore } from '../../../shared/reports/publishing/published-store.ts';
import { Published } from './published.ts';
import { createBundleFileStore } from './bundle-file-store.ts';
import { makeBundle } from './bundle-job.ts';
import { createBundleStore } from './bundle-store.ts';
import { BundleEnv } from './env.ts';

const env = BundleEnv.parse(process.env);
const s3 = new S3Client();

export const handler = queueHandler(
  ReportBundleRequested,
  makeBundle({
    bundles: createBundleStore(openDatabase(), env.REPORT_TABLE_NAME),
    files: createBundleFileStore(s3, env.REPORTS_BUCKET_NAME),
    published: createPublishedStore(s3, env.REPORTS_BUCKET_NAME, 'daily', Published),
    directory: tmpdir(),
    clock: Date.now,
  }),
);
