import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueBatchHandler } from '../../../shared/lambda/queue-batch-handler.ts';
import { createChangeStore } from '../order/change-store.ts';
import { ParsedQueueEnv } from '../env.ts';
import { QueuedOrder } from './intake-item.ts';
import { overdueEnder } from '../expiry/overdue.ts';
import { placeQueued } from './place-queued.ts';
import { createOrderStore } from '../placement/store.ts';

const { SELLING, ...tables } = ParsedQueueEnv.parse(process.env);
const db = openDatabase();
const store = createOrderStore(db, tables, SELLING.timeZone);
const endOverdue = overdueEnder(createChangeStore(db, tables, SELLING.timeZone));

export const handler = queueBatchHandler(QueuedOrder, (queued, logger) => {
  const report = (message: string, error: unknown) =>
    logger.error(message, error instanceof Error ? error : String(error));
  return placeQueued({ store, policy: SELLING, now: Date.now(), report, endOverdue }, queued);
});
