import { openDatabase } from '../../shared/database.ts';
import { queueBatchHandler } from '../../shared/lambda/queue-batch-handler.ts';
import { ParsedQueueEnv } from './env.ts';
import { QueuedOrder } from './intake-item.ts';
import { placeQueued } from './place-queued.ts';
import { createOrderStore } from './store.ts';

const { SELLING, ...tables } = ParsedQueueEnv.parse(process.env);
const store = createOrderStore(openDatabase(), tables, SELLING.timeZone);

export const handler = queueBatchHandler(QueuedOrder, (queued, logger) =>
  placeQueued(store, queued, SELLING, (message, error) =>
    logger.error(message, error instanceof Error ? error : String(error)),
  ),
);
