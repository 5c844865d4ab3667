import { Logger } from '@aws-lambda-powertools/logger';
import { S3Client } from '@aws-sdk/client-s3';
import { openDatabase } from '../../shared/database.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { FileEnv } from './env.ts';
import { ObjectCreated, onFileDropped } from './file-dropped.ts';
import { createInbox } from './inbox.ts';
import { createStockStore } from './store.ts';
import { writingTogether } from './write-together.ts';

const env = FileEnv.parse(process.env);
const store = createStockStore(openDatabase(), env);

export const handler = queueHandler(
  { envelope: ObjectCreated },
  onFileDropped({
    store: { ...store, write: writingTogether(store) },
    inbox: createInbox(new S3Client(), env.INBOX_BUCKET_NAME),
    clock: Date.now,
    log: new Logger(),
  }),
);
