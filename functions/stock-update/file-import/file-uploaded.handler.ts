import { Logger } from '@aws-lambda-powertools/logger';
import { S3Client } from '@aws-sdk/client-s3';
import { movementResultColumns } from '../../../shared/contracts/stock/file-columns.ts';
import { refusedFile } from '../../../shared/csv/result-file-store.ts';
import { openDatabase, batchJobMaxAttempts } from '../../../shared/dynamodb/database.ts';
import { uploadedFiles, ObjectCreated } from '../../../shared/lambda/uploaded-files.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { withCurrent } from '../../../shared/settings/current-settings-store.ts';
import { FileEnv } from './env.ts';
import { importUploadedFile } from './file-import-job.ts';
import { currentMovementSettings } from '../stock/movement-settings-store.ts';
import { createStockStore } from '../stock/store.ts';
import { combineWrites } from './combined-writes.ts';

const env = FileEnv.parse(process.env);
const log = new Logger();
const db = openDatabase(batchJobMaxAttempts);
const store = createStockStore(db, env);
const inbox = {
  bucket: env.INBOX_BUCKET_NAME,
  folder: 'movements',
  maxBytes: env.MAX_FILE_BYTES,
  refuse: (reason: string) => refusedFile(reason, Object.keys(movementResultColumns)),
};
const onUploaded = uploadedFiles(new S3Client(), inbox, log);
const reportError = (error: unknown) => log.error('combined transaction failed', { error: String(error) });
const importFile = withCurrent(currentMovementSettings(db, env), (settings) =>
  importUploadedFile({
    store: { ...store, write: combineWrites(store, reportError) },
    settings,
    clock: Date.now,
    log,
  }),
);

export const handler = queueHandler({ envelope: ObjectCreated }, (event) => onUploaded(event, importFile));
