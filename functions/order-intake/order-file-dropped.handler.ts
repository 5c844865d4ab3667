import { Logger } from '@aws-lambda-powertools/logger';
import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { openDatabase } from '../../shared/database.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { ParsedImportEnv } from './env.ts';
import { importFile, resultCsv } from './import-file.ts';
import { createImportStore } from './import-store.ts';
import { createOrderFiles, resultKeysOf } from './order-files.ts';

/** S3 tells EventBridge of an object; `sequencer` grows with each upload under one key. */
const ObjectCreated = {
  envelope: z.object({ detail: z.object({ object: z.object({ key: z.string(), sequencer: z.string() }) }) }),
};

const log = new Logger();
const env = ParsedImportEnv.parse(process.env);
const store = createImportStore(openDatabase(), env, env.SELLING.timeZone);
const files = createOrderFiles(new S3Client(), env.ORDER_FILES_BUCKET_NAME);
const channels = new Set(Object.values(env.CHANNELS).map(({ channel }) => channel));

/** Imports a dropped file and answers with its bad rows, then the summary. A notice that comes again does nothing. */
export const handler = queueHandler(ObjectCreated, async ({ detail: { object } }) => {
  const { key, sequencer } = object;
  const keys = resultKeysOf(key);
  if (!keys) return log.warn('not a file of orders', { key });
  const answered = await files.answered(keys.summary);
  if (answered !== undefined && answered >= sequencer) return log.info('answered already', { key, sequencer });
  const file = await files.open(key);
  if (!file) return log.warn('the file is gone', { key });

  const cause = { actor: `file ${key}`, correlationId: key, causationId: sequencer, now: Date.now() };
  const { summary, bad } = await importFile(
    file,
    (...given) => store.take(...given),
    { channels, policy: env.SELLING },
    cause,
  );
  file.destroy();
  await files.put(keys.csv, resultCsv(bad), 'text/csv; charset=utf-8', sequencer);
  await files.put(keys.summary, `${JSON.stringify({ file: key, ...summary })}\n`, 'application/json', sequencer);
  return log.info('file done', { key, ...summary });
});
