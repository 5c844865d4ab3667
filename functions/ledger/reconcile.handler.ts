import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { businessDays } from '../../shared/business-day.ts';
import { batchJobMaxAttempts, openDatabase } from '../../shared/dynamodb/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { Instant } from '../../shared/names.ts';
import { createJournalStore } from './posting/journal-store.ts';
import { createDayOrdersStore } from './reconciliation/day-orders-store.ts';
import { ReconciliationEnv } from './reconciliation/env.ts';
import { reconcileNight } from './reconciliation/reconcile-job.ts';
import { createReconciliationStore } from './reconciliation/reconciliation-store.ts';
import { createReportFiles } from './reconciliation/report-files-client.ts';

const env = ReconciliationEnv.parse(process.env);
const database = openDatabase(batchJobMaxAttempts);
const businessDay = businessDays(env.TIME_ZONE);
const reconciled = reconcileNight({
  journal: createJournalStore(database, env.LEDGER_TABLE_NAME),
  orders: createDayOrdersStore(database, env.ORDER_TABLE_NAME),
  files: createReportFiles(new S3Client(), env.REPORTS_BUCKET_NAME),
  results: createReconciliationStore(database, env.LEDGER_TABLE_NAME),
});

/** `time` is the scheduled time: the day before it is reconciled. A repeated invocation compares it again. */
export const handler = eventHandler(z.object({ time: Instant }), async ({ time }, logger) => {
  const causationId = `schedule-${time}`;
  const cause = { actor: 'storeworks.ledger', correlationId: causationId, causationId, now: Date.now() };
  for (const { day, status, differenceCount } of await reconciled(businessDay(Date.parse(time)), cause)) {
    logger.info('day reconciled', { day, status, differenceCount });
  }
});
