import { S3Client } from '@aws-sdk/client-s3';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { createLakeStore } from '../../../shared/lake/lake-store.ts';
import { createRunStore } from '../run/run-store.ts';
import { NightlyEnv } from './env.ts';
import { createNightStore } from './night-store.ts';
import { requestNightlyRuns, ScheduledInvocation } from './nightly-runs.ts';

const env = NightlyEnv.parse(process.env);
const db = openDatabase();
const stores = {
  runs: createRunStore(db, env.REPORT_TABLE_NAME),
  lake: createLakeStore(new S3Client(), env.LAKE_BUCKET_NAME),
  nights: createNightStore(db, env.REPORT_TABLE_NAME),
};
const request = requestNightlyRuns(stores, env.TIME_ZONE, Number(env.MAX_RESTATED_DAYS));

export const handler = eventHandler(ScheduledInvocation, async (invocation, logger) => {
  logger.info('nightly runs requested', { runs: await request(invocation, Date.now()) });
});
