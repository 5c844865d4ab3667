import { setTimeout as pause } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { openDatabase, batchJobMaxAttempts } from '../../shared/dynamodb/database.ts';
import { StockAuditRequested } from '../../shared/contracts/stock-audit/events.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { createReconciliationStore } from '../../shared/stock/reconciliation-store.ts';
import { createDifferenceList } from './difference-list-store.ts';
import { RunEnv } from './env.ts';
import { runAudit } from './run.ts';
import { createAuditStore } from './store.ts';

const env = RunEnv.parse(process.env);
const database = openDatabase(batchJobMaxAttempts);

export const handler = queueHandler(
  StockAuditRequested,
  runAudit({
    store: createAuditStore(database, env.STOCK_AUDIT_TABLE_NAME),
    reconciliation: createReconciliationStore(database, env),
    list: createDifferenceList(new S3Client(), env.REPORTS_BUCKET_NAME),
    clock: Date.now,
    pause,
  }),
);
