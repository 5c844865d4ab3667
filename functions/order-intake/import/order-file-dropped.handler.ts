import { Logger } from '@aws-lambda-powertools/logger';
import { S3Client } from '@aws-sdk/client-s3';
import { openDatabase, batchJobMaxAttempts } from '../../../shared/dynamodb/database.ts';
import { uploadedFiles, ObjectCreated } from '../../../shared/lambda/uploaded-files.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { ParsedImportEnv } from '../env.ts';
import { importFile, resultCsv } from './import-file.ts';
import { createImportStore } from './import-store.ts';

const env = ParsedImportEnv.parse(process.env);
const store = createImportStore(openDatabase(batchJobMaxAttempts), env, env.SELLING.timeZone);
const onDropped = uploadedFiles(new S3Client(), env.ORDER_FILES_BUCKET_NAME, 'imports', new Logger());
const channels = new Set(Object.values(env.CHANNELS).map(({ channel }) => channel));

/** Imports a dropped file and answers with its bad rows. */
export const handler = queueHandler({ envelope: ObjectCreated }, (notice) =>
  onDropped(notice, async ({ key, sequencer, body, putResult }) => {
    const cause = { actor: `file ${key}`, correlationId: key, causationId: sequencer, now: Date.now() };
    const setting = { channels, policy: env.SELLING };
    const { summary, bad } = await importFile(body, (...given) => store.take(...given), setting, cause);
    await putResult(resultCsv(bad));
    return summary;
  }),
);
