import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { businessDays } from '../../shared/business-day.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { secretReader } from '../../shared/secret-store.ts';
import { Message } from './decide.ts';
import { Env } from './env.ts';
import { journal } from './journal.ts';
import { createLakeStore } from './lake-store.ts';

const env = Env.parse(process.env);
const write = journal({
  lake: createLakeStore(new S3Client(), env.LAKE_BUCKET_NAME),
  businessDay: businessDays(env.TIME_ZONE),
  readSecret: secretReader(env.PSEUDONYM_SECRET_ARN),
  clock: Date.now,
});

export const handler = eventHandler(z.object({ Records: z.array(Message) }), ({ Records }, logger) =>
  write(Records, logger),
);
