import { S3Client } from '@aws-sdk/client-s3';
import { openDatabase, batchJobMaxAttempts } from '../../../shared/dynamodb/database.ts';
import { StockRepairRequested } from '../../../shared/contracts/stock/repair-events.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { createReconciliationStore } from '../../../shared/stock/reconciliation-store.ts';
import { RepairEnv } from './env.ts';
import { runRepair } from './repair.ts';
import { createRepairFiles } from './repair-file-store.ts';
import { createRepairStore } from './repair-store.ts';

const env = RepairEnv.parse(process.env);
const database = openDatabase(batchJobMaxAttempts);

export const handler = queueHandler(
  StockRepairRequested,
  runRepair({
    store: createRepairStore(database, env),
    reconciliation: createReconciliationStore(database, env),
    files: createRepairFiles(new S3Client(), env.REPORTS_BUCKET_NAME),
    clock: Date.now,
  }),
);
