import { Logger } from '@aws-lambda-powertools/logger';
import { S3Client } from '@aws-sdk/client-s3';
import { openDatabase, batchJobMaxAttempts } from '../../../shared/dynamodb/database.ts';
import { FailedRowsError, uploadedFiles, ObjectCreated } from '../../../shared/lambda/uploaded-files.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { currentWarehouseCodes } from '../../../shared/settings/current-settings-store.ts';
import { ImportEnv } from './env.ts';
import { importFile, refusedFile, resultCsv } from './import-file.ts';
import { createImportStore } from './import-store.ts';
import { channelNames } from '../../../shared/store.ts';

const env = ImportEnv.parse(process.env);
const db = openDatabase(batchJobMaxAttempts);
const store = createImportStore(db, env, env.SELLING.timeZone);
const warehouseCodes = currentWarehouseCodes(db, env, env.WAREHOUSE_CODES);
const inbox = {
  bucket: env.ORDER_FILES_BUCKET_NAME,
  folder: 'imports',
  maxBytes: env.MAX_FILE_BYTES,
  refuse: (reason: string) => {
    const { summary, bad } = refusedFile({ row: 1, reason });
    return { summary, csv: resultCsv(bad) };
  },
};
const onUploaded = uploadedFiles(new S3Client(), inbox, new Logger());
const channels = new Set(channelNames(env.CHANNELS));

/** Imports an uploaded file and writes its bad rows to the result file. */
export const handler = queueHandler({ envelope: ObjectCreated }, (notification) =>
  onUploaded(notification, async ({ key, sequencer, body, putResult }) => {
    const cause = { actor: `file ${key}`, correlationId: key, causationId: sequencer, now: Date.now() };
    const warehouses = await warehouseCodes();
    const policy = { ...env.SELLING, warehousePreference: [...warehouses] };
    const settings = { channels, warehouses, policy };
    const { summary, bad, failure } = await importFile(
      body,
      (...given) => store.importOrder(...given),
      settings,
      cause,
    );
    await putResult(resultCsv(bad));
    if (failure !== undefined) throw new FailedRowsError(summary, failure);
    return summary;
  }),
);
