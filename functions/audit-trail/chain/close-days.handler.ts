import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { lazyBusinessDay } from '../../../shared/business-day.ts';
import { createLakeStore } from '../../../shared/lake/lake-store.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { Instant } from '../../../shared/names.ts';
import { createChainStore } from './chain-store.ts';
import { closeDays } from './close-days-job.ts';
import { ChainEnv } from './env.ts';

const env = ChainEnv.parse(process.env);
const s3 = new S3Client();
const stores = {
  lake: createLakeStore(s3, env.LAKE_BUCKET_NAME),
  chains: createChainStore(s3, env.LAKE_BUCKET_NAME),
};
const close = closeDays(stores, lazyBusinessDay(env.TIME_ZONE));

/** `time` is the scheduled time. A time in the future closes no day that has not ended. */
export const handler = eventHandler(z.object({ time: Instant }), async ({ time }, logger) => {
  logger.info('days closed', { days: await close(Math.min(Date.parse(time), Date.now())) });
});
