import { Logger } from '@aws-lambda-powertools/logger';
import { S3Client } from '@aws-sdk/client-s3';
import { openDatabase, batchJobMaxAttempts } from '../../shared/dynamodb/database.ts';
import { uploadedFiles, ObjectCreated } from '../../shared/lambda/uploaded-files.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { FileEnv } from './env.ts';
import { onFileDropped } from './file-dropped.ts';
import { createStockStore } from './store.ts';
import { writingTogether } from './write-together.ts';

const env = FileEnv.parse(process.env);
const log = new Logger();
const store = createStockStore(openDatabase(batchJobMaxAttempts), env);
const onDropped = uploadedFiles(new S3Client(), env.INBOX_BUCKET_NAME, 'movements', log);
const apply = onFileDropped({ store: { ...store, write: writingTogether(store) }, clock: Date.now, log });

export const handler = queueHandler({ envelope: ObjectCreated }, (notice) => onDropped(notice, apply));
