import { Logger } from '@aws-lambda-powertools/logger';
import { S3Client } from '@aws-sdk/client-s3';
import { openDatabase } from '../../shared/database.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { FileEnv } from './env.ts';
import { ObjectCreated, onFileDropped } from './file-dropped.ts';
import { createInbox } from './inbox.ts';
import { createStockStore } from './store.ts';

const env = FileEnv.parse(process.env);

export const handler = queueHandler(
  { envelope: ObjectCreated },
  onFileDropped({
    store: createStockStore(openDatabase(), env),
    inbox: createInbox(new S3Client(), env.INBOX_BUCKET_NAME),
    clock: Date.now,
    log: new Logger(),
  }),
);
