import * as z from 'zod';
import { CodeBatchRequested, CodeBatchRevoked } from '../../../shared/contracts/promotions/code-events.ts';
import { batchJobMaxAttempts, openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { createCodeFiles } from './code-files-client.ts';
import { runCodeJob } from './code-job.ts';
import { createCodeStore } from './code-store.ts';
import { CodeJobEnv } from './env.ts';

const env = CodeJobEnv.parse(process.env);
const store = createCodeStore(openDatabase(batchJobMaxAttempts), env);
const run = runCodeJob(store, createCodeFiles(env.PROMOTION_FILES_BUCKET_NAME));
const envelope = z.union([CodeBatchRequested.envelope, CodeBatchRevoked.envelope]);

/** Generates or revokes the codes of a batch. A redelivery goes on where the batch says that the job came to. */
export const handler = queueHandler({ envelope }, async ({ detail: { metadata, data } }) => {
  const { correlationId, eventId: causationId } = metadata;
  await run(data, { actor: CodeBatchRequested.source, correlationId, causationId, now: Date.now() });
});
