import { S3Client } from '@aws-sdk/client-s3';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { NightlyEnv } from '../run/env.ts';
import { createLake } from '../run/lake-store.ts';
import { Firing, requestNightly } from './nightly-runs.ts';
import { createReportStore } from '../run/run-store.ts';

const env = NightlyEnv.parse(process.env);
const store = createReportStore(openDatabase(), env.REPORT_TABLE_NAME);
const request = requestNightly(store, createLake(new S3Client(), env.LAKE_BUCKET_NAME), env.TIME_ZONE);

export const handler = eventHandler(Firing, async (firing, logger) => {
  logger.info('nightly runs', { runs: await request(firing, Date.now()) });
});
